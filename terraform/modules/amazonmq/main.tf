locals {
  # amqps://b-….mq.<region>.on.aws:5671
  host = regex("^amqps://([^:/]+)", aws_mq_broker.this.instances[0].endpoints[0])[0]
}

# Only the bootstrap Job signs in with it; services get users and passwords of their own. Another one replaces the broker.
module "admin_password" {
  source = "../remembered-secret"
}

# No aws_mq_configuration: its defaults are right, and AWS keeps configurations after their broker is gone.
resource "aws_mq_broker" "this" {
  broker_name        = var.name
  engine_type        = "RabbitMQ"
  engine_version     = var.engine_version
  host_instance_type = var.host_instance_type
  deployment_mode    = var.deployment_mode

  subnet_ids          = var.deployment_mode == "SINGLE_INSTANCE" ? [var.subnet_ids[0]] : var.subnet_ids
  security_groups     = var.security_group_ids
  publicly_accessible = false

  # RabbitMQ offers AWS's key or a customer's. Messages hold ids and statuses; the databases hold the rest.
  encryption_options {
    use_aws_owned_key = true
  }

  # RabbitMQ 4 has no other way than automatic patches.
  auto_minor_version_upgrade = true
  apply_immediately          = true

  maintenance_window_start_time {
    day_of_week = var.maintenance_window.day_of_week
    time_of_day = var.maintenance_window.time_of_day
    time_zone   = "UTC"
  }

  logs {
    general = var.logs_enabled
  }

  user {
    username = var.admin_username
    password = module.admin_password.value
  }
}
