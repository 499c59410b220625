locals {
  # Those that take effect at once. Not log_statement: `ddl` would write the `alter role … password` of
  # migrations to the log as it stands.
  parameters = {
    "rds.force_ssl"                       = 1
    "log_statement"                       = "none"
    "log_min_duration_statement"          = var.slow_statement_ms
    "log_parameter_max_length"            = 0
    "log_parameter_max_length_on_error"   = 0
    "log_lock_waits"                      = 1
    "log_temp_files"                      = 1024
    "log_autovacuum_min_duration"         = 1000
    "log_connections"                     = 1
    "log_disconnections"                  = 1
    "password_encryption"                 = "scram-sha-256"
    "idle_in_transaction_session_timeout" = 60000
    "tcp_keepalives_idle"                 = 60
    "tcp_keepalives_interval"             = 10
    "tcp_keepalives_count"                = 3
  }

  # Those that wait for a restart.
  restart_parameters = var.max_connections == null ? {} : { "max_connections" = var.max_connections }
}

resource "aws_db_parameter_group" "this" {
  # The family is in the name: PostgreSQL 17's group cannot become 18's, both exist while the instance moves.
  name        = "${var.name}-postgres${var.engine_version}"
  family      = "postgres${var.engine_version}"
  description = "PostgreSQL ${var.engine_version} of ${var.name}"

  dynamic "parameter" {
    for_each = local.parameters

    content {
      name         = parameter.key
      value        = parameter.value
      apply_method = "immediate"
    }
  }

  dynamic "parameter" {
    for_each = local.restart_parameters

    content {
      name         = parameter.key
      value        = parameter.value
      apply_method = "pending-reboot"
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}
