mock_provider "aws" {}

variables {
  name = "velure-test"

  passwords = {
    auth_master    = "canary-auth-master-01"
    orders_master  = "canary-orders-master-01"
    auth_api       = "canary-auth-api-01"
    orders_api     = "canary-orders-api-01"
    relay          = "canary-relay-password-01"
    gateway        = "canary-gateway-password-01"
    fulfilment     = "canary-fulfilment-01"
    amqp_relay     = "canary-amqp-relay-01"
    amqp_processor = "canary-amqp-processor-01"
    rabbitmq_admin = "canary-rabbitmq-admin-01"
    mongodb_admin  = "canary-mongodb-admin-01"
    mongodb        = "canary-mongodb-password-01"
  }

  auth_database = {
    address         = "auth.internal"
    port            = 5432
    name            = "velure_auth"
    master_username = "velure_admin"
    ca_certificate  = "-----BEGIN CERTIFICATE-----\nAB+/=\n-----END CERTIFICATE-----\n"
  }
  orders_database = {
    address         = "orders.internal"
    port            = 5432
    name            = "velure_orders"
    master_username = "velure_admin"
    ca_certificate  = "-----BEGIN CERTIFICATE-----\nAB+/=\n-----END CERTIFICATE-----\n"
  }

  redis            = { address = "redis.internal", port = 6379 }
  redis_auth_token = "canary-redis-token-01"

  broker                = { host = "b-1.mq.eu-west-1.on.aws", admin_username = "velure-admin" }
  broker_admin_password = "canary-broker-admin-01"


  # `terraform test` refuses an apply with an ephemeral variable left at its default.
  atlas_uri = "unused"

  documents_mode = "in_cluster"
  documents_connection = {
    username       = "velure"
    database       = "velure"
    functions_host = "nlb.internal:27017"
    pods_host      = "mongodb.velure.svc.cluster.local:27017"
    options        = { directConnection = "true", authSource = "velure" }
  }
}

run "names_are_as_charts_and_functions_read_them" {
  assert {
    condition = toset(keys(output.secret_arns)) == toset([
      "auth-database-url", "orders-database-url", "redis-url", "mongodb-uri",
      "relay", "order-processor", "sse-gateway", "bootstrap", "mongodb",
      "access-signing-key", "access-jwks", "service-jwks",
      "service-signing-key-orders", "service-signing-key-catalog", "service-signing-key-order-processor", "service-signing-key-sse-gateway",
    ])
    error_message = "A secret is missing or too many."
  }

  assert {
    condition     = alltrue([for short, full in output.secret_names : full == "velure-test/${short}"])
    error_message = "Secrets are named <name>/<secret>."
  }

  assert {
    condition     = alltrue([for variable, short in output.variable_secrets : contains(keys(output.secret_arns), short)]) && length(output.variable_secrets) == 7
    error_message = "Functions find the secret of each variable."
  }

  assert {
    condition     = alltrue([for secret in aws_secretsmanager_secret.this : secret.recovery_window_in_days == 0])
    error_message = "A deleted secret would keep its name from the next apply."
  }
}

run "keys_are_made_empty_for_the_bootstrap_job" {
  assert {
    condition     = length(output.stored_by_bootstrap_arns) == 7 && alltrue([for key in keys(aws_secretsmanager_secret_version.written) : !contains(local.stored_by_bootstrap, key)])
    error_message = "Terraform writes a key that the bootstrap Job makes."
  }
}

run "values_are_written_and_not_kept" {
  assert {
    condition     = alltrue([for short, version in aws_secretsmanager_secret_version.written : version.secret_string == null && version.secret_string_wo_version == output.revisions[short]])
    error_message = "A value is in the state."
  }

  assert {
    condition     = toset(keys(aws_secretsmanager_secret_version.written)) == local.written && length(setsubtract(local.written, keys(local.values))) == 0
    error_message = "A secret has no value."
  }
}

run "a_moved_store_reaches_the_secrets_that_name_it_and_no_others" {
  variables {
    redis = { address = "other.internal", port = 6379 }
  }

  assert {
    condition     = toset([for short, revision in output.revisions : short if revision != run.values_are_written_and_not_kept.revisions[short]]) == toset(["redis-url", "relay", "sse-gateway"])
    error_message = "Written again: ${join(", ", [for short, revision in output.revisions : short if revision != run.values_are_written_and_not_kept.revisions[short]])}"
  }
}

run "another_way_to_mongodb_for_functions_is_no_matter_of_pods" {
  variables {
    documents_connection = {
      username       = "velure"
      database       = "velure"
      functions_host = "mongodb.velure.svc.cluster.local:27017"
      pods_host      = "mongodb.velure.svc.cluster.local:27017"
      options        = { directConnection = "true", authSource = "velure" }
    }
  }

  assert {
    condition     = [for short, revision in output.revisions : short if revision != run.values_are_written_and_not_kept.revisions[short]] == ["mongodb-uri"]
    error_message = "Moving the catalogue touches nothing of the others."
  }
}

run "the_same_inputs_give_the_same_revisions" {
  assert {
    condition     = output.revisions == run.values_are_written_and_not_kept.revisions
    error_message = "A second apply without change would write secrets again."
  }
}

run "a_raised_version_writes_every_secret_again" {
  variables {
    secrets_version = 2
  }

  assert {
    condition     = alltrue([for short, revision in output.revisions : revision != run.values_are_written_and_not_kept.revisions[short]])
    error_message = "Left as it was: ${join(", ", [for short, revision in output.revisions : short if revision == run.values_are_written_and_not_kept.revisions[short]])}"
  }
}

run "the_administrator_of_a_broker_in_the_cluster_stays" {
  command = plan

  variables {
    broker                = null
    broker_admin_password = null
    secrets_version       = 2
  }

  assert {
    condition     = output.revisions["rabbitmq"] == 1
    error_message = "A broker that has started once knows no other password."
  }
}

run "postgres_is_verified_against_the_root_in_the_url" {
  command = plan

  assert {
    condition     = local.values["auth-database-url"] == "postgres://velure_auth_api:canary-auth-api-01@auth.internal:5432/velure_auth?sslmode=verify-full&sslrootcert=-----BEGIN%20CERTIFICATE-----%0AAB%2B%2F%3D%0A-----END%20CERTIFICATE-----%0A"
    error_message = "The auth functions' URL."
  }

  assert {
    condition     = startswith(local.values["orders-database-url"], "postgres://velure_orders_api:canary-orders-api-01@orders.internal:5432/velure_orders?sslmode=verify-full&sslrootcert=")
    error_message = "The orders functions' URL."
  }

  assert {
    condition     = startswith(jsondecode(local.values["order-processor"]).VELURE_FULFILMENT_DATABASE_URL, "postgres://velure_fulfilment:canary-fulfilment-01@orders.internal:5432/velure_orders?sslmode=verify-full&")
    error_message = "The processor's URL."
  }

  assert {
    condition     = startswith(jsondecode(local.values["sse-gateway"]).VELURE_ORDERS_DATABASE_URL, "postgres://velure_gateway:canary-gateway-password-01@orders.internal:5432/velure_orders?")
    error_message = "The gateway's URL."
  }
}

run "pods_get_their_variables_and_no_others" {
  command = plan

  assert {
    condition     = toset(keys(jsondecode(local.values["relay"]))) == toset(["VELURE_ORDERS_DATABASE_URL", "VELURE_AMQP_URL", "VELURE_REDIS_URL"])
    error_message = "Variables of the relay."
  }

  assert {
    condition     = toset(keys(jsondecode(local.values["order-processor"]))) == toset(["VELURE_FULFILMENT_DATABASE_URL", "VELURE_AMQP_URL"])
    error_message = "Variables of the processor."
  }

  assert {
    condition     = toset(keys(jsondecode(local.values["sse-gateway"]))) == toset(["VELURE_ORDERS_DATABASE_URL", "VELURE_REDIS_URL"])
    error_message = "Variables of the gateway."
  }

  assert {
    condition = toset(keys(jsondecode(local.values["bootstrap"]))) == toset([
      "VELURE_AUTH_MIGRATION_URL", "VELURE_ORDERS_MIGRATION_URL",
      "VELURE_ROLE_AUTH_API_PASSWORD", "VELURE_ROLE_ORDERS_API_PASSWORD", "VELURE_ROLE_RELAY_PASSWORD",
      "VELURE_ROLE_GATEWAY_PASSWORD", "VELURE_ROLE_FULFILMENT_PASSWORD",
      "VELURE_AMQP_RELAY_PASSWORD", "VELURE_AMQP_PROCESSOR_PASSWORD",
      "VELURE_RABBITMQ_MANAGEMENT_URL", "VELURE_AMQP_URL", "VELURE_MONGODB_URI",
    ])
    error_message = "Variables of the bootstrap Job."
  }
}

run "amazon_mq_and_redis_speak_tls_only" {
  command = plan

  assert {
    condition     = jsondecode(local.values["relay"]).VELURE_AMQP_URL == "amqps://relay:canary-amqp-relay-01@b-1.mq.eu-west-1.on.aws:5671/%2f"
    error_message = "The relay's broker."
  }

  assert {
    condition     = jsondecode(local.values["order-processor"]).VELURE_AMQP_URL == "amqps://processor:canary-amqp-processor-01@b-1.mq.eu-west-1.on.aws:5671/%2f"
    error_message = "The processor's broker."
  }

  assert {
    condition     = jsondecode(local.values["bootstrap"]).VELURE_RABBITMQ_MANAGEMENT_URL == "https://velure-admin:canary-broker-admin-01@b-1.mq.eu-west-1.on.aws"
    error_message = "The management API."
  }

  assert {
    condition     = local.values["redis-url"] == "rediss://:canary-redis-token-01@redis.internal:6379" && jsondecode(local.values["relay"]).VELURE_REDIS_URL == local.values["redis-url"]
    error_message = "Redis."
  }
}

run "a_broker_in_the_cluster_has_its_administrator_in_a_secret" {
  command = plan

  variables {
    broker                = null
    broker_admin_password = null
  }

  assert {
    condition     = jsondecode(local.values["rabbitmq"]) == { RABBITMQ_DEFAULT_USER = "velure-admin", RABBITMQ_DEFAULT_PASS = "canary-rabbitmq-admin-01" } && contains(local.written, "rabbitmq")
    error_message = "The chart's administrator."
  }

  assert {
    condition     = jsondecode(local.values["bootstrap"]).VELURE_RABBITMQ_MANAGEMENT_URL == "http://velure-admin:canary-rabbitmq-admin-01@rabbitmq.velure.svc.cluster.local:15672" && jsondecode(local.values["relay"]).VELURE_AMQP_URL == "amqp://relay:canary-amqp-relay-01@rabbitmq.velure.svc.cluster.local:5672/%2f"
    error_message = "The broker in the cluster."
  }
}

run "mongodb_in_the_cluster_has_two_names" {
  command = plan

  assert {
    condition     = local.values["mongodb-uri"] == "mongodb://velure:canary-mongodb-password-01@nlb.internal:27017/velure?authSource=velure&directConnection=true"
    error_message = "Functions go through the load balancer."
  }

  assert {
    condition     = jsondecode(local.values["bootstrap"]).VELURE_MONGODB_URI == "mongodb://velure:canary-mongodb-password-01@mongodb.velure.svc.cluster.local:27017/velure?authSource=velure&directConnection=true"
    error_message = "Pods use the service."
  }

  assert {
    condition     = jsondecode(local.values["mongodb"]) == { MONGODB_ADMIN_PASSWORD = "canary-mongodb-admin-01", MONGODB_APP_PASSWORD = "canary-mongodb-password-01" }
    error_message = "The chart's users."
  }
}

run "atlas_is_taken_as_given" {
  command = plan

  variables {
    documents_mode       = "atlas"
    documents_connection = null
    atlas_uri            = "mongodb+srv://velure:canary-atlas@cluster.example.mongodb.net/velure"
  }

  assert {
    condition     = local.values["mongodb-uri"] == "mongodb+srv://velure:canary-atlas@cluster.example.mongodb.net/velure" && !contains(local.written, "mongodb")
    error_message = "The operator's URI."
  }
}

run "a_proxy_is_verified_publicly_and_signs_in_from_a_secret" {
  command = plan

  variables {
    rds_proxy_enabled = true
    auth_database = {
      address           = "auth.internal"
      port              = 5432
      name              = "velure_auth"
      master_username   = "velure_admin"
      functions_address = "auth.proxy.internal"
      ca_certificate    = "-----BEGIN CERTIFICATE-----\nAB+/=\n-----END CERTIFICATE-----\n"
    }
  }

  assert {
    condition     = local.values["auth-database-url"] == "postgres://velure_auth_api:canary-auth-api-01@auth.proxy.internal:5432/velure_auth?sslmode=verify-full"
    error_message = "Functions go through the proxy."
  }

  assert {
    condition     = strcontains(jsondecode(local.values["bootstrap"]).VELURE_AUTH_MIGRATION_URL, "@auth.internal:5432/")
    error_message = "Migrations go to the instance."
  }

  assert {
    condition     = jsondecode(local.values["auth-proxy"]) == { username = "velure_auth_api", password = "canary-auth-api-01" } && jsondecode(local.values["orders-proxy"]).username == "velure_orders_api" && length(local.proxied) == 2
    error_message = "What the proxies sign in with."
  }
}

run "secrets_can_be_kept_for_a_time_after_destroy" {
  variables {
    recovery_window_days = 30
  }

  assert {
    condition     = alltrue([for secret in aws_secretsmanager_secret.this : secret.recovery_window_in_days == 30])
    error_message = "recovery_window_days as given."
  }
}

run "refuses_a_window_aws_does_not_offer" {
  command = plan

  variables {
    recovery_window_days = 3
  }

  expect_failures = [var.recovery_window_days]
}

run "refuses_a_broker_without_its_password" {
  command = plan

  variables {
    broker_admin_password = null
  }

  expect_failures = [var.broker_admin_password]
}

run "refuses_atlas_without_a_uri" {
  command = plan

  variables {
    documents_mode       = "atlas"
    documents_connection = null
    atlas_uri            = "cluster.example.mongodb.net"
  }

  expect_failures = [var.atlas_uri]
}

run "refuses_a_store_without_a_connection" {
  command = plan

  variables {
    documents_connection = null
  }

  expect_failures = [var.documents_connection]
}

run "refuses_a_password_that_urls_cannot_hold" {
  command = plan

  variables {
    passwords = {
      auth_master    = "with/slash/and@sign=="
      orders_master  = "canary-orders-master-01"
      auth_api       = "canary-auth-api-01"
      orders_api     = "canary-orders-api-01"
      relay          = "canary-relay-password-01"
      gateway        = "canary-gateway-password-01"
      fulfilment     = "canary-fulfilment-01"
      amqp_relay     = "canary-amqp-relay-01"
      amqp_processor = "canary-amqp-processor-01"
      rabbitmq_admin = "canary-rabbitmq-admin-01"
      mongodb_admin  = "canary-mongodb-admin-01"
      mongodb        = "canary-mongodb-password-01"
    }
  }

  expect_failures = [var.passwords]
}
