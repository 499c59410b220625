mock_provider "aws" {}

variables {
  name               = "velure-test"
  subnet_ids         = ["subnet-a", "subnet-b"]
  security_group_ids = ["sg-redis"]
}

run "one_small_node_with_tls_and_a_password" {
  assert {
    condition     = aws_elasticache_replication_group.this.transit_encryption_enabled && aws_elasticache_replication_group.this.transit_encryption_mode == "required" && aws_elasticache_replication_group.this.at_rest_encryption_enabled == "true"
    error_message = "TLS only, encrypted at rest."
  }

  assert {
    condition     = can(regex("^[0-9a-f]{64}$", nonsensitive(aws_elasticache_replication_group.this.auth_token))) && issensitive(output.auth_token)
    error_message = "Clients need a password, and it is not shown."
  }

  assert {
    condition     = aws_elasticache_replication_group.this.engine == "valkey" && aws_elasticache_replication_group.this.node_type == "cache.t4g.micro" && aws_elasticache_replication_group.this.num_cache_clusters == 1 && !aws_elasticache_replication_group.this.automatic_failover_enabled
    error_message = "One node of Valkey on the smallest type."
  }

  assert {
    condition     = aws_elasticache_replication_group.this.security_group_ids == toset(["sg-redis"]) && aws_elasticache_replication_group.this.snapshot_retention_limit == 0
    error_message = "In its group, and without backups of hints."
  }

  assert {
    condition     = aws_elasticache_parameter_group.this.family == "valkey8" && anytrue([for parameter in aws_elasticache_parameter_group.this.parameter : parameter.name == "maxmemory-policy" && parameter.value == "allkeys-lru"])
    error_message = "A full cache makes room instead of refusing."
  }
}

run "the_first_token_stays" {
  assert {
    condition     = nonsensitive(output.auth_token) == nonsensitive(run.one_small_node_with_tls_and_a_password.auth_token)
    error_message = "A second apply changes the token under everybody's feet."
  }
}

run "logs_are_kept_for_a_time" {
  assert {
    condition     = toset([for log in aws_elasticache_replication_group.this.log_delivery_configuration : log.log_type]) == toset(["slow-log", "engine-log"]) && alltrue([for group in aws_cloudwatch_log_group.this : group.retention_in_days == 30])
    error_message = "Slow commands and engine messages, with a retention."
  }
}

run "a_replica_takes_over" {
  variables {
    replicas = 1
  }

  assert {
    condition     = aws_elasticache_replication_group.this.num_cache_clusters == 2 && aws_elasticache_replication_group.this.automatic_failover_enabled && aws_elasticache_replication_group.this.multi_az_enabled
    error_message = "A replica is in the other zone and is promoted."
  }
}

run "redis_itself_can_be_had" {
  variables {
    engine = "redis"
  }

  assert {
    condition     = aws_elasticache_replication_group.this.engine == "redis" && aws_elasticache_replication_group.this.engine_version == "7.1" && aws_elasticache_parameter_group.this.family == "redis7"
    error_message = "Redis 7.1 with its parameters."
  }
}

run "refuses_old_nodes" {
  command = plan

  variables {
    node_type = "cache.t2.micro"
  }

  expect_failures = [var.node_type]
}

run "refuses_another_engine" {
  command = plan

  variables {
    engine = "memcached"
  }

  expect_failures = [var.engine]
}
