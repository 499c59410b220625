output "broker_id" {
  description = "The broker's id."
  value       = aws_mq_broker.this.id
}

output "broker_name" {
  description = "The broker's name, as metrics name it (Broker)."
  value       = aws_mq_broker.this.broker_name
}

output "host" {
  description = "Host name of AMQP and of the management API. AMQPS is on port 5671, the management API on 443; nothing is without TLS."
  value       = local.host
}

output "admin_username" {
  description = "The broker's first user, for the bootstrap Job only."
  value       = var.admin_username
}

output "admin_password" {
  description = "The first user's password. It is in Terraform's state: the provider has no write-only argument for it."
  value       = module.admin_password.value
  sensitive   = true
}
