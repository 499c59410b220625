output "mode" {
  description = "Where the documents are."
  value       = var.mode
}

output "connection" {
  description = "What secrets-manager makes URIs of, without the password: username, database, options, and the host with port for functions and for pods. Null with mode `atlas`, where the operator gives the whole URI."
  value       = local.connections[var.mode]
}

output "target_group_arn" {
  description = "Target group that the mongodb chart joins by TargetGroupBinding, port 27017; null when there is no load balancer."
  value       = one([for group in aws_lb_target_group.mongodb : group.arn])
}

output "volume" {
  description = "Volume of the mongodb chart (`volume_id`, `availability_zone`); null in the other modes."
  value       = one([for volume in module.volume : { volume_id = volume.volume_id, availability_zone = volume.availability_zone }])
}

output "cluster_identifier" {
  description = "The DocumentDB cluster, as metrics name it (DBClusterIdentifier); null in the other modes."
  value       = one([for cluster in aws_docdb_cluster.this : cluster.cluster_identifier])
}
