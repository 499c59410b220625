data "aws_region" "current" {}

locals {
  port = 5432

  # PEM of AWS's bundle https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem, the authority
  # "Amazon RDS <region> Root CA RSA2048 G1" of each region; valid until 2061.
  ca_certificates = jsondecode(file("${path.module}/../../certificates/${var.ca_cert_identifier}.json"))
  ca_certificate  = lookup(local.ca_certificates, data.aws_region.current.name, "")
}

resource "aws_db_subnet_group" "this" {
  name        = var.name
  description = "Subnets of ${var.name}"
  subnet_ids  = var.subnet_ids
}

# Its id is new for each instance.
resource "terraform_data" "generation" {
  input = var.name
}

resource "aws_db_instance" "this" {
  #checkov:skip=CKV2_AWS_69:rds.force_ssl is among the dynamic parameters; the module's tests look at it.

  identifier = var.name

  engine                      = "postgres"
  engine_version              = var.engine_version
  instance_class              = var.instance_class
  auto_minor_version_upgrade  = true
  allow_major_version_upgrade = false
  parameter_group_name        = aws_db_parameter_group.this.name
  ca_cert_identifier          = var.ca_cert_identifier

  db_name             = var.database_name
  username            = var.master_username
  password_wo         = var.master_password
  password_wo_version = var.master_password_version
  port                = local.port

  db_subnet_group_name   = aws_db_subnet_group.this.name
  vpc_security_group_ids = var.security_group_ids
  publicly_accessible    = false
  multi_az               = var.multi_az

  storage_type          = "gp3"
  allocated_storage     = var.storage_gib.allocated
  max_allocated_storage = var.storage_gib.maximum
  storage_encrypted     = true
  kms_key_id            = var.kms_key_arn

  backup_retention_period  = var.backup_retention_days
  backup_window            = var.backup_window
  maintenance_window       = var.maintenance_window
  copy_tags_to_snapshot    = true
  delete_automated_backups = !var.final_snapshot
  deletion_protection      = var.deletion_protection

  skip_final_snapshot       = !var.final_snapshot
  final_snapshot_identifier = var.final_snapshot ? "${var.name}-final-${substr(terraform_data.generation.id, 0, 8)}" : null

  enabled_cloudwatch_logs_exports       = ["postgresql", "upgrade"]
  monitoring_interval                   = var.monitoring_interval_seconds
  monitoring_role_arn                   = one([for role in aws_iam_role.monitoring : role.arn])
  performance_insights_enabled          = var.performance_insights_enabled
  performance_insights_retention_period = var.performance_insights_enabled ? 7 : null
  performance_insights_kms_key_id       = var.performance_insights_enabled ? var.kms_key_arn : null

  lifecycle {
    precondition {
      condition     = contains(keys(local.ca_certificates), data.aws_region.current.name)
      error_message = "certificates/${var.ca_cert_identifier}.json has no root for region ${data.aws_region.current.name}. Add it from https://truststore.pki.rds.amazonaws.com/<region>/<region>-bundle.pem."
    }
  }

  depends_on = [
    aws_cloudwatch_log_group.postgresql,
    aws_cloudwatch_log_group.upgrade,
    aws_iam_role_policy_attachment.monitoring,
  ]
}
