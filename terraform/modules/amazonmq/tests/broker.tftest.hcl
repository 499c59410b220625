mock_provider "aws" {
  mock_resource "aws_mq_broker" {
    defaults = {
      instances = [{
        console_url = "https://b-1.mq.eu-west-1.on.aws"
        endpoints   = ["amqps://b-1.mq.eu-west-1.on.aws:5671"]
        ip_address  = "10.0.64.9"
      }]
    }
  }
}

variables {
  name               = "velure-test"
  subnet_ids         = ["subnet-a", "subnet-b"]
  security_group_ids = ["sg-mq"]
}

run "a_private_rabbitmq_4_in_one_zone" {
  assert {
    condition     = aws_mq_broker.this.engine_type == "RabbitMQ" && aws_mq_broker.this.engine_version == "4.2" && aws_mq_broker.this.host_instance_type == "mq.m7g.medium"
    error_message = "RabbitMQ 4.2 on the smallest instance it runs on."
  }

  assert {
    condition     = !aws_mq_broker.this.publicly_accessible && aws_mq_broker.this.security_groups == toset(["sg-mq"]) && aws_mq_broker.this.subnet_ids == toset(["subnet-a"])
    error_message = "Private, in its group, a single instance in one subnet."
  }

  assert {
    condition     = aws_mq_broker.this.auto_minor_version_upgrade && aws_mq_broker.this.maintenance_window_start_time[0].day_of_week == "WEDNESDAY" && aws_mq_broker.this.maintenance_window_start_time[0].time_of_day == "04:00"
    error_message = "Patches come on Wednesday, apart from the databases'."
  }

  assert {
    condition     = aws_mq_broker.this.encryption_options[0].use_aws_owned_key && !aws_mq_broker.this.logs[0].general
    error_message = "Encrypted at rest; no log group that outlives destroy."
  }

  assert {
    condition     = output.host == "b-1.mq.eu-west-1.on.aws"
    error_message = "The host without scheme and port."
  }
}

run "the_first_password_stays" {
  assert {
    condition     = nonsensitive(output.admin_password) == nonsensitive(run.a_private_rabbitmq_4_in_one_zone.admin_password) && nonsensitive(one(aws_mq_broker.this.user).password) == nonsensitive(output.admin_password)
    error_message = "A second apply changes the administrator's password, which replaces the broker."
  }

  assert {
    condition     = one(aws_mq_broker.this.user).username == "velure-admin" && issensitive(output.admin_password)
    error_message = "The administrator's password is not shown."
  }
}

run "three_brokers_in_all_subnets" {
  variables {
    deployment_mode    = "CLUSTER_MULTI_AZ"
    host_instance_type = "mq.m7g.large"
  }

  assert {
    condition     = aws_mq_broker.this.deployment_mode == "CLUSTER_MULTI_AZ" && aws_mq_broker.this.subnet_ids == toset(["subnet-a", "subnet-b"])
    error_message = "A cluster uses every subnet."
  }
}

run "logs_can_be_had" {
  variables {
    logs_enabled = true
  }

  assert {
    condition     = aws_mq_broker.this.logs[0].general
    error_message = "logs_enabled as given."
  }
}

run "refuses_mq_t3" {
  command = plan

  variables {
    host_instance_type = "mq.t3.micro"
  }

  expect_failures = [var.host_instance_type]
}

run "refuses_mq_m5" {
  command = plan

  variables {
    host_instance_type = "mq.m5.large"
  }

  expect_failures = [var.host_instance_type]
}

run "refuses_rabbitmq_3" {
  command = plan

  variables {
    engine_version = "3.13"
  }

  expect_failures = [var.engine_version]
}

run "refuses_activemqs_mode" {
  command = plan

  variables {
    deployment_mode = "ACTIVE_STANDBY_MULTI_AZ"
  }

  expect_failures = [var.deployment_mode]
}

run "refuses_a_cluster_of_medium_brokers" {
  command = plan

  variables {
    deployment_mode = "CLUSTER_MULTI_AZ"
  }

  expect_failures = [var.deployment_mode]
}

run "refuses_guest" {
  command = plan

  variables {
    admin_username = "guest"
  }

  expect_failures = [var.admin_username]
}
