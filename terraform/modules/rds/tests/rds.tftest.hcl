mock_provider "aws" {
  mock_data "aws_region" {
    defaults = { name = "eu-west-1" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/mocked" }
  }
  # An invented name may begin with a digit, which the provider refuses.
  mock_resource "aws_db_proxy_default_target_group" {
    defaults = { name = "default" }
  }
  mock_resource "aws_db_proxy" {
    defaults = { endpoint = "velure-test-auth.proxy-abc.eu-west-1.rds.amazonaws.com" }
  }
}

variables {
  name                    = "velure-test-auth"
  database_name           = "velure_auth"
  subnet_ids              = ["subnet-a", "subnet-b"]
  security_group_ids      = ["sg-rds"]
  maintenance_window      = "sun:05:00-sun:06:00"
  master_password         = "canary-of-a-password-0001"
  master_password_version = 1
}

run "a_small_private_encrypted_postgres" {
  assert {
    condition     = aws_db_instance.this.engine == "postgres" && aws_db_instance.this.engine_version == "17" && aws_db_instance.this.instance_class == "db.t4g.micro"
    error_message = "PostgreSQL 17 on the smallest instance."
  }

  assert {
    condition     = aws_db_instance.this.storage_encrypted && aws_db_instance.this.storage_type == "gp3" && aws_db_instance.this.max_allocated_storage == 100
    error_message = "The disk is encrypted gp3 and grows."
  }

  assert {
    condition     = !aws_db_instance.this.publicly_accessible && aws_db_instance.this.vpc_security_group_ids == toset(["sg-rds"])
    error_message = "The instance is private."
  }

  assert {
    condition     = !aws_db_instance.this.multi_az && aws_db_instance.this.auto_minor_version_upgrade && !aws_db_instance.this.allow_major_version_upgrade
    error_message = "Patches come by themselves, new major versions do not."
  }
}

run "the_password_is_written_and_not_kept" {
  assert {
    condition     = aws_db_instance.this.password == null && aws_db_instance.this.password_wo_version == 1
    error_message = "The password is in the state."
  }
}

run "backups_and_a_certificate_of_the_region" {
  assert {
    condition     = aws_db_instance.this.backup_retention_period == 7 && aws_db_instance.this.backup_window == "02:00-03:00" && aws_db_instance.this.maintenance_window == "sun:05:00-sun:06:00"
    error_message = "Seven days of backups, windows as given."
  }

  assert {
    condition     = aws_db_instance.this.ca_cert_identifier == "rds-ca-rsa2048-g1" && startswith(output.ca_certificate, "-----BEGIN CERTIFICATE-----")
    error_message = "Clients get the root that the server's certificate is signed by."
  }

  assert {
    condition     = output.ca_certificate == jsondecode(file("../../certificates/rds-ca-rsa2048-g1.json"))["eu-west-1"]
    error_message = "Another region's root."
  }
}

run "parameters_demand_tls_and_log_what_is_slow_but_no_value" {
  assert {
    condition = alltrue([for name, value in {
      "rds.force_ssl"                       = "1"
      "log_min_duration_statement"          = "500"
      "log_parameter_max_length"            = "0"
      "log_parameter_max_length_on_error"   = "0"
      "log_lock_waits"                      = "1"
      "password_encryption"                 = "scram-sha-256"
      "idle_in_transaction_session_timeout" = "60000"
      } : anytrue([for parameter in aws_db_parameter_group.this.parameter : parameter.name == name && parameter.value == value])
    ])
    error_message = "A parameter is missing or different."
  }

  # `alter role … password` is such a statement.
  assert {
    condition     = one([for parameter in aws_db_parameter_group.this.parameter : parameter.value if parameter.name == "log_statement"]) == "none"
    error_message = "Passwords of roles would be in the log."
  }

  assert {
    condition     = length([for parameter in aws_db_parameter_group.this.parameter : parameter if parameter.name == "max_connections"]) == 0 && aws_db_parameter_group.this.family == "postgres17"
    error_message = "RDS computes max_connections from the memory."
  }
}

run "connections_can_be_set_and_wait_for_a_restart" {
  variables {
    max_connections   = 200
    slow_statement_ms = 50
  }

  assert {
    condition     = anytrue([for parameter in aws_db_parameter_group.this.parameter : parameter.name == "max_connections" && parameter.value == "200" && parameter.apply_method == "pending-reboot"])
    error_message = "max_connections as given, at the next restart."
  }

  assert {
    condition     = anytrue([for parameter in aws_db_parameter_group.this.parameter : parameter.name == "log_min_duration_statement" && parameter.value == "50"])
    error_message = "slow_statement_ms as given."
  }
}

run "logs_and_metrics_are_kept_for_a_time" {
  assert {
    condition     = aws_db_instance.this.enabled_cloudwatch_logs_exports == toset(["postgresql", "upgrade"]) && output.log_group_name == "/aws/rds/instance/velure-test-auth/postgresql" && aws_cloudwatch_log_group.postgresql.retention_in_days == 30
    error_message = "The log is in a group with a retention."
  }

  assert {
    condition     = aws_db_instance.this.monitoring_interval == 60 && aws_db_instance.this.monitoring_role_arn == aws_iam_role.monitoring["monitoring"].arn && aws_db_instance.this.performance_insights_enabled && aws_db_instance.this.performance_insights_retention_period == 7
    error_message = "Enhanced Monitoring, and the free week of Performance Insights."
  }
}

run "monitoring_can_be_off" {
  variables {
    monitoring_interval_seconds  = 0
    performance_insights_enabled = false
  }

  assert {
    condition     = aws_db_instance.this.monitoring_interval == 0 && length(aws_iam_role.monitoring) == 0 && !aws_db_instance.this.performance_insights_enabled
    error_message = "No role for what is off."
  }
}

run "by_default_destroy_needs_nothing_and_leaves_nothing" {
  assert {
    condition     = aws_db_instance.this.skip_final_snapshot && aws_db_instance.this.final_snapshot_identifier == null && !aws_db_instance.this.deletion_protection && aws_db_instance.this.delete_automated_backups
    error_message = "Something stops destroy, or stays after it."
  }
}

run "what_is_kept_has_a_name_of_its_own" {
  variables {
    final_snapshot      = true
    deletion_protection = true
  }

  assert {
    condition     = !aws_db_instance.this.skip_final_snapshot && can(regex("^velure-test-auth-final-[0-9a-f]{8}$", aws_db_instance.this.final_snapshot_identifier)) && !aws_db_instance.this.delete_automated_backups && aws_db_instance.this.deletion_protection
    error_message = "The final snapshot needs a name that no earlier instance used."
  }
}

run "a_standby_can_be_had" {
  variables {
    multi_az = true
  }

  assert {
    condition     = aws_db_instance.this.multi_az
    error_message = "multi_az as given."
  }
}

run "no_proxy_by_default" {
  assert {
    condition     = length(aws_db_proxy.this) == 0 && output.proxy_address == null && length(aws_cloudwatch_log_group.proxy) == 0
    error_message = "A proxy costs more than the instance."
  }
}

run "a_proxy_speaks_tls_and_reads_one_secret" {
  variables {
    proxy = {
      subnet_ids         = ["subnet-a", "subnet-b"]
      security_group_ids = ["sg-proxy"]
      secret_arn         = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:velure-test/auth-proxy-a"
    }
  }

  assert {
    condition     = aws_db_proxy.this["functions"].require_tls && aws_db_proxy.this["functions"].vpc_security_group_ids == toset(["sg-proxy"])
    error_message = "The proxy takes TLS only, in its own group."
  }

  assert {
    condition     = one(data.aws_iam_policy_document.proxy["functions"].statement).resources == toset([var.proxy.secret_arn])
    error_message = "The proxy reads another secret than its own."
  }

  assert {
    condition     = aws_db_proxy_default_target_group.this["functions"].connection_pool_config[0].max_connections_percent == 60 && aws_db_proxy_target.this["functions"].db_instance_identifier == "velure-test-auth"
    error_message = "The proxy leaves connections to pods."
  }

  assert {
    condition     = output.proxy_address == "velure-test-auth.proxy-abc.eu-west-1.rds.amazonaws.com"
    error_message = "Functions are told the proxy's name."
  }
}

run "refuses_a_region_without_a_root" {
  command = plan

  override_data {
    target = data.aws_region.current
    values = { name = "xx-nowhere-1" }
  }

  expect_failures = [aws_db_instance.this]
}

run "refuses_windows_that_touch" {
  command = plan

  variables {
    maintenance_window = "sun:03:00-sun:04:00"
  }

  expect_failures = [var.maintenance_window]
}

run "refuses_maintenance_that_runs_into_the_backup" {
  command = plan

  variables {
    maintenance_window = "sun:00:30-sun:01:30"
  }

  expect_failures = [var.maintenance_window]
}

run "refuses_to_turn_backups_off" {
  command = plan

  variables {
    backup_retention_days = 0
  }

  expect_failures = [var.backup_retention_days]
}

run "refuses_a_password_that_urls_cannot_hold" {
  command = plan

  variables {
    master_password = "with/slash/and@sign=="
  }

  expect_failures = [var.master_password]
}

run "refuses_instances_of_the_last_generation" {
  command = plan

  variables {
    instance_class = "db.t3.micro"
  }

  expect_failures = [var.instance_class]
}

run "refuses_a_reserved_owner" {
  command = plan

  variables {
    master_username = "postgres"
  }

  expect_failures = [var.master_username]
}
