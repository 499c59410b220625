mock_provider "aws" {
  mock_data "aws_region" {
    defaults = { name = "eu-west-1" }
  }
  mock_resource "aws_lb" {
    defaults = { arn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/net/velure-test-mongo/1", dns_name = "velure-test-mongo-1.elb.eu-west-1.amazonaws.com" }
  }
  mock_resource "aws_lb_target_group" {
    defaults = { arn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/velure-test-mongo/1" }
  }
  mock_resource "aws_docdb_cluster" {
    defaults = { endpoint = "velure-test-documents.cluster-1.eu-west-1.docdb.amazonaws.com" }
  }
}

variables {
  name                     = "velure-test"
  vpc_id                   = "vpc-1"
  availability_zone        = "eu-west-1a"
  load_balancer_subnet_ids = ["subnet-private-a", "subnet-private-b"]
  subnet_ids               = ["subnet-data-a", "subnet-data-b"]
  security_group_ids       = ["sg-documents"]
  password                 = "canary-of-a-password-0001"
  password_version         = 1
}

run "in_the_cluster_functions_go_through_an_internal_load_balancer" {
  assert {
    condition     = aws_lb.mongodb["mongodb"].internal && aws_lb.mongodb["mongodb"].load_balancer_type == "network" && aws_lb.mongodb["mongodb"].security_groups == toset(["sg-documents"]) && aws_lb.mongodb["mongodb"].subnets == toset(["subnet-private-a", "subnet-private-b"])
    error_message = "Internal, in its group, in the private subnets."
  }

  assert {
    condition     = !aws_lb.mongodb["mongodb"].enable_deletion_protection && aws_lb_listener.mongodb["mongodb"].port == 27017 && output.target_group_arn == aws_lb_target_group.mongodb["mongodb"].arn && aws_lb_target_group.mongodb["mongodb"].target_type == "ip"
    error_message = "Pods join a target group of type ip on port 27017."
  }

  assert {
    condition = output.connection == {
      username       = "velure"
      database       = "velure"
      functions_host = "velure-test-mongo-1.elb.eu-west-1.amazonaws.com:27017"
      pods_host      = "mongodb.velure.svc.cluster.local:27017"
      options        = { directConnection = "true", authSource = "velure" }
    }
    error_message = "The one member's name means nothing outside the cluster: connect directly."
  }

  assert {
    condition     = output.volume.availability_zone == "eu-west-1a" && length(aws_docdb_cluster.this) == 0 && output.cluster_identifier == null
    error_message = "A volume of Terraform's, and no DocumentDB."
  }
}

run "with_the_catalogue_in_the_cluster_no_load_balancer_is_paid_for" {
  variables {
    reachable_from_functions = false
  }

  assert {
    condition     = length(aws_lb.mongodb) == 0 && output.target_group_arn == null && output.connection.functions_host == "mongodb.velure.svc.cluster.local:27017" && output.volume != null
    error_message = "The service's name is enough in the cluster."
  }
}

run "documentdb_is_encrypted_private_and_tls_only" {
  variables {
    mode = "documentdb"
  }

  assert {
    condition     = aws_docdb_cluster.this["documents"].storage_encrypted && aws_docdb_cluster.this["documents"].vpc_security_group_ids == toset(["sg-documents"]) && aws_docdb_cluster.this["documents"].backup_retention_period == 7
    error_message = "Encrypted, in its group, a week of backups."
  }

  assert {
    condition     = aws_docdb_cluster.this["documents"].master_password == null && aws_docdb_cluster.this["documents"].master_password_wo_version == 1
    error_message = "The password is in the state."
  }

  assert {
    condition     = anytrue([for parameter in aws_docdb_cluster_parameter_group.this["documents"].parameter : parameter.name == "tls" && parameter.value == "enabled"])
    error_message = "TLS only."
  }

  assert {
    condition     = anytrue([for parameter in aws_docdb_cluster_parameter_group.this["documents"].parameter : parameter.name == "audit_logs" && parameter.value == "enabled"])
    error_message = "Who signs in is logged."
  }

  assert {
    condition     = toset(aws_docdb_cluster.this["documents"].enabled_cloudwatch_logs_exports) == toset(["audit", "profiler"]) && alltrue([for group in aws_cloudwatch_log_group.documentdb : group.retention_in_days == 30])
    error_message = "Audit and profiler logs, with a retention."
  }

  assert {
    condition     = aws_docdb_cluster.this["documents"].skip_final_snapshot && !aws_docdb_cluster.this["documents"].deletion_protection && length(aws_docdb_cluster_instance.this) == 1
    error_message = "One instance; destroy needs nothing."
  }

  assert {
    condition     = output.connection.options.tls == "true" && output.connection.options.retryWrites == "false" && startswith(output.connection.options.tlsCAFile, "-----BEGIN CERTIFICATE-----") && output.connection.functions_host == "velure-test-documents.cluster-1.eu-west-1.docdb.amazonaws.com:27017"
    error_message = "Clients verify the server, and do not retry writes, which DocumentDB refuses."
  }

  assert {
    condition     = length(aws_lb.mongodb) == 0 && output.volume == null
    error_message = "Nothing of the cluster's MongoDB."
  }
}

run "documentdb_keeps_what_it_is_told_to_keep" {
  variables {
    mode                = "documentdb"
    final_snapshot      = true
    deletion_protection = true
    instance_count      = 2
  }

  assert {
    condition     = can(regex("^velure-test-documents-final-[0-9a-f]{8}$", aws_docdb_cluster.this["documents"].final_snapshot_identifier)) && aws_docdb_cluster.this["documents"].deletion_protection && length(aws_docdb_cluster_instance.this) == 2
    error_message = "The final snapshot needs a name that no earlier cluster used."
  }
}

run "atlas_makes_nothing" {
  variables {
    mode               = "atlas"
    security_group_ids = []
  }

  assert {
    condition     = length(aws_lb.mongodb) == 0 && length(aws_docdb_cluster.this) == 0 && output.volume == null && output.connection == null && output.target_group_arn == null
    error_message = "Atlas is elsewhere."
  }
}

run "refuses_another_mode" {
  command = plan

  variables {
    mode = "dynamodb"
  }

  expect_failures = [var.mode]
}

run "refuses_a_store_without_a_group" {
  command = plan

  variables {
    security_group_ids = []
  }

  expect_failures = [var.security_group_ids]
}

run "refuses_documentdb_without_transactions" {
  command = plan

  variables {
    engine_version = "3.6.0"
  }

  expect_failures = [var.engine_version]
}
