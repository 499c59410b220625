output "functions_id" {
  description = "Group of every Lambda function. One for all: each pair of group and subnets costs a network interface of its own, and those are slow to go."
  value       = aws_security_group.this["functions"].id
}

output "nodes_id" {
  description = "Group of the cluster's nodes and, through them, of pods."
  value       = aws_security_group.this["nodes"].id
}

output "cluster_id" {
  description = "Group of the control plane's network interfaces, beside the one EKS makes itself."
  value       = aws_security_group.this["cluster"].id
}

output "alb_id" {
  description = "Group of the internal load balancer."
  value       = aws_security_group.this["alb"].id
}

output "vpc_link_id" {
  description = "Group of the HTTP API's VPC link to the internal load balancer."
  value       = aws_security_group.this["vpc-link"].id
}

output "rds_id" {
  description = "Group of both PostgreSQL instances."
  value       = aws_security_group.this["rds"].id
}

output "rds_proxy_id" {
  description = "Group of RDS Proxy; null when it is off."
  value       = try(aws_security_group.this["rds-proxy"].id, null)
}

output "redis_id" {
  description = "Group of Redis."
  value       = aws_security_group.this["redis"].id
}

output "mq_id" {
  description = "Group of Amazon MQ; null with messaging_mode = \"in_cluster\"."
  value       = try(aws_security_group.this["mq"].id, null)
}

output "documents_id" {
  description = "Group of DocumentDB, or of the network load balancer before the MongoDB in the cluster; null with documents_mode = \"atlas\"."
  value       = try(aws_security_group.this["documents"].id, null)
}
