data "aws_region" "current" {}

locals {
  clusters  = var.mode == "documentdb" ? toset(["documents"]) : toset([])
  instances = var.mode == "documentdb" ? toset([for index in range(var.instance_count) : tostring(index)]) : toset([])
  logs      = var.mode == "documentdb" ? toset(["audit", "profiler"]) : toset([])

  # DocumentDB's certificates are of the same authorities as RDS's.
  ca_certificates = jsondecode(file("${path.module}/../../certificates/rds-ca-rsa2048-g1.json"))
  ca_certificate  = lookup(local.ca_certificates, data.aws_region.current.name, "")
}

# Its id is new for each cluster.
resource "terraform_data" "generation" {
  for_each = local.clusters

  input = var.name
}

resource "aws_docdb_subnet_group" "this" {
  for_each = local.clusters

  name        = "${var.name}-documents"
  description = "Subnets of ${var.name}-documents"
  subnet_ids  = var.subnet_ids
}

resource "aws_docdb_cluster_parameter_group" "this" {
  #checkov:skip=CKV_AWS_104:audit_logs is among the dynamic parameters; the module's tests look at it.

  for_each = local.clusters

  name        = "${var.name}-documents"
  family      = "docdb5.0"
  description = "TLS only; who signs in and who changes users is logged, and what takes long"

  dynamic "parameter" {
    for_each = {
      tls                   = "enabled"
      audit_logs            = "enabled"
      profiler              = "enabled"
      profiler_threshold_ms = "500"
    }

    content {
      name  = parameter.key
      value = parameter.value
    }
  }
}

resource "aws_docdb_cluster" "this" {
  #checkov:skip=CKV_AWS_85:Both logs are exported, from a local that is not seen through; the module's tests look at it.

  for_each = local.clusters

  cluster_identifier              = "${var.name}-documents"
  engine                          = "docdb"
  engine_version                  = var.engine_version
  db_cluster_parameter_group_name = aws_docdb_cluster_parameter_group.this[each.key].name

  master_username            = var.username
  master_password_wo         = var.password
  master_password_wo_version = var.password_version
  port                       = local.port

  db_subnet_group_name   = aws_docdb_subnet_group.this[each.key].name
  vpc_security_group_ids = var.security_group_ids

  storage_encrypted = true
  kms_key_id        = var.kms_key_arn

  backup_retention_period      = var.backup_retention_days
  preferred_backup_window      = var.backup_window
  preferred_maintenance_window = var.maintenance_window
  deletion_protection          = var.deletion_protection
  apply_immediately            = true

  skip_final_snapshot       = !var.final_snapshot
  final_snapshot_identifier = var.final_snapshot ? "${var.name}-documents-final-${substr(terraform_data.generation[each.key].id, 0, 8)}" : null

  enabled_cloudwatch_logs_exports = sort(tolist(local.logs))

  lifecycle {
    precondition {
      condition     = contains(keys(local.ca_certificates), data.aws_region.current.name)
      error_message = "certificates/rds-ca-rsa2048-g1.json has no root for region ${data.aws_region.current.name}. Add it from https://truststore.pki.rds.amazonaws.com/<region>/<region>-bundle.pem."
    }
  }

  depends_on = [aws_cloudwatch_log_group.documentdb]
}

resource "aws_docdb_cluster_instance" "this" {
  for_each = local.instances

  identifier                   = "${var.name}-documents-${each.key}"
  cluster_identifier           = aws_docdb_cluster.this["documents"].id
  instance_class               = var.instance_class
  ca_cert_identifier           = "rds-ca-rsa2048-g1"
  auto_minor_version_upgrade   = true
  copy_tags_to_snapshot        = true
  preferred_maintenance_window = var.maintenance_window
}

# Made before the cluster, which would make them without a retention.
resource "aws_cloudwatch_log_group" "documentdb" {
  for_each = local.logs

  name              = "/aws/docdb/${var.name}-documents/${each.key}"
  retention_in_days = var.log_retention_days
}
