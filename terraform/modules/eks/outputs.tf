output "cluster_name" {
  description = "The cluster's name."
  value       = aws_eks_cluster.this.name
}

output "cluster_arn" {
  description = "ARN of the cluster."
  value       = aws_eks_cluster.this.arn
}

output "cluster_endpoint" {
  description = "URL of the Kubernetes API."
  value       = aws_eks_cluster.this.endpoint
}

output "cluster_version" {
  description = "Kubernetes' minor version."
  value       = aws_eks_cluster.this.version
}

output "node_group_name" {
  description = "The managed node group, as metrics name it."
  value       = aws_eks_node_group.this.node_group_name
}

output "node_role_arn" {
  description = "Role of the nodes."
  value       = aws_iam_role.node.arn
}

output "pod_identity_role_arns" {
  description = "Role of each service account, by <namespace>/<service account>."
  value       = { for key, role in aws_iam_role.pod : key => role.arn }
}

output "log_group_name" {
  description = "Where the control plane's logs go."
  value       = aws_cloudwatch_log_group.cluster.name
}

output "ready" {
  description = "The cluster's name, known once nodes, add-ons, administrators and pod identities are there: what Helm waits for."
  value       = aws_eks_cluster.this.name

  depends_on = [
    aws_eks_node_group.this,
    aws_eks_addon.on_nodes,
    aws_eks_access_policy_association.admin,
    aws_eks_pod_identity_association.pod,
  ]
}
