output "request_parameters" {
  description = "What the API's integration sets on each request. Overwritten, so that no client chooses where its request goes."
  value       = { "overwrite:header.${local.header}" = var.context }

  # A load balancer refuses what no rule matches.
  depends_on = [aws_lb_listener_rule.this]
}

output "target_group_arn" {
  description = "The target group that the pods join."
  value       = aws_lb_target_group.this.arn
}

output "target_group_arn_suffix" {
  description = "The target group as CloudWatch names it."
  value       = aws_lb_target_group.this.arn_suffix
}
