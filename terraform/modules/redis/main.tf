locals {
  versions = { valkey = "8.0", redis = "7.1" }
  families = { valkey = "valkey8", redis = "redis7" }
  logs     = toset(["slow-log", "engine-log"])
}

resource "aws_elasticache_subnet_group" "this" {
  name        = var.name
  description = "Subnets of ${var.name}"
  subnet_ids  = var.subnet_ids
}

resource "aws_elasticache_parameter_group" "this" {
  name        = "${var.name}-${local.families[var.engine]}"
  family      = local.families[var.engine]
  description = "Everything may be lost: the oldest entry makes room"

  parameter {
    name  = "maxmemory-policy"
    value = "allkeys-lru"
  }

  # A subscriber that does not read is cut at 8 MiB instead of filling a node of 512 MiB.
  parameter {
    name  = "client-output-buffer-limit-pubsub-hard-limit"
    value = "8388608"
  }

  lifecycle {
    create_before_destroy = true
  }
}

# Whoever reads it can, from inside the VPC, delay a revocation by the 30 seconds that sessions are cached, and wake streams
# up for nothing.
module "auth_token" {
  source = "../remembered-secret"
}

resource "aws_elasticache_replication_group" "this" {
  replication_group_id = var.name
  description          = "Velure: cache of sessions, wake-ups of streams"

  engine               = var.engine
  engine_version       = local.versions[var.engine]
  node_type            = var.node_type
  port                 = 6379
  parameter_group_name = aws_elasticache_parameter_group.this.name

  num_cache_clusters         = var.replicas + 1
  automatic_failover_enabled = var.replicas > 0
  multi_az_enabled           = var.replicas > 0

  subnet_group_name  = aws_elasticache_subnet_group.this.name
  security_group_ids = var.security_group_ids

  transit_encryption_enabled = true
  transit_encryption_mode    = "required"
  at_rest_encryption_enabled = true
  auth_token                 = module.auth_token.value
  auth_token_update_strategy = "ROTATE"

  maintenance_window         = var.maintenance_window
  auto_minor_version_upgrade = true
  apply_immediately          = true

  # No backups: Redis holds hints, and what is read back from yesterday would be worse than nothing.
  snapshot_retention_limit = 0

  dynamic "log_delivery_configuration" {
    for_each = local.logs

    content {
      log_type         = log_delivery_configuration.key
      log_format       = "json"
      destination_type = "cloudwatch-logs"
      destination      = aws_cloudwatch_log_group.this[log_delivery_configuration.key].name
    }
  }
}

resource "aws_cloudwatch_log_group" "this" {
  for_each = local.logs

  name              = "/velure/${var.name}/redis/${each.key}"
  retention_in_days = var.log_retention_days
}
