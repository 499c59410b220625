output "topic_arn" {
  description = "Where alarms of the shop's region tell."
  value       = aws_sns_topic.alarms.arn
}

output "dashboard_name" {
  description = "The CloudWatch dashboard."
  value       = aws_cloudwatch_dashboard.this.dashboard_name
}

output "alarm_count" {
  description = "How many alarms there are here; each is billed."
  value       = length(aws_cloudwatch_metric_alarm.at_least) + length(aws_cloudwatch_metric_alarm.storage) + 1 + length(aws_cloudwatch_metric_alarm.health_check)
}
