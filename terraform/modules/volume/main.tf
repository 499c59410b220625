# Terraform's own, so that destroy takes it away: a volume that the EBS driver makes for a claim outlives the cluster.
resource "aws_ebs_volume" "this" {
  availability_zone = var.availability_zone
  size              = var.size_gib
  type              = "gp3"
  encrypted         = true
  kms_key_id        = var.kms_key_arn
  final_snapshot    = var.final_snapshot

  tags = { Name = var.name }

  # It cannot go before the node it is attached to.
  timeouts {
    delete = "30m"
  }
}
