output "mode" {
  description = "Where the documents are."
  value       = var.mode
}

output "connection" {
  description = "What secrets-manager makes the URI of, without the password: scheme, username, host with port, database and options. Null with mode `atlas`, where the operator gives the whole URI."
  value       = local.connection
}

output "target_group_arn" {
  description = "Target group that the mongodb chart joins by TargetGroupBinding, port 27017; null when there is no load balancer."
  value       = one([for group in aws_lb_target_group.mongodb : group.arn])
}

output "cluster_identifier" {
  description = "The DocumentDB cluster, as metrics name it (DBClusterIdentifier); null in the other modes."
  value       = one([for cluster in aws_docdb_cluster.this : cluster.cluster_identifier])
}
