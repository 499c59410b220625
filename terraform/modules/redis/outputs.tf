output "replication_group_id" {
  description = "The replication group, as metrics name it (ReplicationGroupId)."
  value       = aws_elasticache_replication_group.this.id
}

output "member_clusters" {
  description = "The nodes, as metrics name them (CacheClusterId)."
  value       = aws_elasticache_replication_group.this.member_clusters
}

output "address" {
  description = "Host name of the primary."
  value       = aws_elasticache_replication_group.this.primary_endpoint_address
}

output "port" {
  description = "Port of the primary. TLS only."
  value       = aws_elasticache_replication_group.this.port
}

output "auth_token" {
  description = "The password of every client. It is in Terraform's state: the provider has no write-only argument for it."
  value       = module.auth_token.value
  sensitive   = true
}
