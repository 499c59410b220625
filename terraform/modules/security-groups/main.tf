locals {
  in_cluster_documents = var.documents_mode == "in_cluster"
  documents_group      = var.documents_mode != "atlas"
  mq_group             = var.messaging_mode == "amazon_mq"

  groups = merge(
    {
      functions  = "Lambda functions"
      nodes      = "Nodes and pods of the cluster"
      cluster    = "Control plane of the cluster"
      alb        = "Internal load balancer"
      "vpc-link" = "VPC link of the HTTP API"
      rds        = "PostgreSQL"
      redis      = "Redis"
    },
    var.rds_proxy_enabled ? { "rds-proxy" = "RDS Proxy" } : {},
    local.mq_group ? { mq = "Amazon MQ" } : {},
    local.documents_group ? { documents = local.in_cluster_documents ? "Load balancer before MongoDB" : "DocumentDB" } : {},
  )
}

# A group starts without rules: Terraform takes away the one AWS gives, which lets everything out.
resource "aws_security_group" "this" {
  #checkov:skip=CKV2_AWS_5:The groups are attached by the modules that get their ids.

  for_each = local.groups

  name        = "${var.name}-${each.key}"
  description = each.value
  vpc_id      = var.vpc_id

  tags = { Name = "${var.name}-${each.key}" }

  # Lambda and EKS give network interfaces back late; until then their group cannot go.
  timeouts {
    delete = "60m"
  }
}
