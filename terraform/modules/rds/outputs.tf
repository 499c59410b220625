output "identifier" {
  description = "The instance, as metrics name it (DBInstanceIdentifier)."
  value       = aws_db_instance.this.identifier
}

output "arn" {
  description = "ARN of the instance."
  value       = aws_db_instance.this.arn
}

output "address" {
  description = "Host name of the instance: for pods and migrations."
  value       = aws_db_instance.this.address
}

output "port" {
  description = "Port of the instance and of its proxy."
  value       = aws_db_instance.this.port
}

output "database_name" {
  description = "The database made with the instance."
  value       = aws_db_instance.this.db_name
}

output "master_username" {
  description = "Owner of the schema."
  value       = aws_db_instance.this.username
}

output "proxy_address" {
  description = "Host name of RDS Proxy for functions; null when there is none."
  value       = one([for proxy in aws_db_proxy.this : proxy.endpoint])
}

output "ca_certificate" {
  description = "Root that signed the instance's certificate, PEM; clients verify against it. RDS Proxy's certificate is of a public authority instead."
  value       = local.ca_certificate
}

output "log_group_name" {
  description = "Where PostgreSQL's log goes."
  value       = aws_cloudwatch_log_group.postgresql.name
}
