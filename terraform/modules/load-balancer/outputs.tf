output "arn" {
  description = "The load balancer's ARN."
  value       = aws_lb.this.arn
}

output "arn_suffix" {
  description = "The load balancer as CloudWatch names it."
  value       = aws_lb.this.arn_suffix
}

output "dns_name" {
  description = "The load balancer's name, which resolves to private addresses."
  value       = aws_lb.this.dns_name
}

output "listener_arn" {
  description = "The listener that contexts on EKS add their rule to."
  value       = aws_lb_listener.this.arn
}

output "gateway_target_group_arn" {
  description = "The target group that the stream gateway's pods join."
  value       = aws_lb_target_group.gateway.arn
}

output "gateway_target_group_arn_suffix" {
  description = "The stream gateway's target group as CloudWatch names it."
  value       = aws_lb_target_group.gateway.arn_suffix
}
