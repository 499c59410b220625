locals {
  callers = toset(["orders", "catalog", "order-processor", "sse-gateway"])

  # Variables of functions by the plain secret that holds them.
  variables = {
    VELURE_AUTH_DATABASE_URL   = "auth-database-url"
    VELURE_ORDERS_DATABASE_URL = "orders-database-url"
    VELURE_REDIS_URL           = "redis-url"
    VELURE_MONGODB_URI         = "mongodb-uri"
    VELURE_ACCESS_SIGNING_KEY  = "access-signing-key"
    VELURE_ACCESS_JWKS         = "access-jwks"
    VELURE_SERVICE_JWKS        = "service-jwks"
  }

  # Made empty; `velure keys store` gives each its first value, and Terraform never sees it.
  stored_by_bootstrap = setunion(
    ["access-signing-key", "access-jwks", "service-jwks"],
    [for caller in local.callers : "service-signing-key-${caller}"],
  )

  proxied = var.rds_proxy_enabled ? toset(["auth", "orders"]) : toset([])

  # Written by Terraform. Known without the values, which are ephemeral.
  written = setunion(
    ["auth-database-url", "orders-database-url", "redis-url", "mongodb-uri"],
    ["relay", "order-processor", "sse-gateway", "bootstrap"],
    [for database in local.proxied : "${database}-proxy"],
    var.broker == null ? ["rabbitmq"] : [],
    var.documents_mode == "in_cluster" ? ["mongodb"] : [],
  )

  descriptions = {
    "auth-database-url"   = "PostgreSQL of the auth functions"
    "orders-database-url" = "PostgreSQL of the orders functions"
    "redis-url"           = "Redis of functions"
    "mongodb-uri"         = "MongoDB of the catalog functions"
    "relay"               = "Variables of the relay"
    "order-processor"     = "Variables of the order processor"
    "sse-gateway"         = "Variables of the stream gateway"
    "bootstrap"           = "Variables of the bootstrap Job"
    "auth-proxy"          = "User of RDS Proxy in front of auth"
    "orders-proxy"        = "User of RDS Proxy in front of orders"
    "rabbitmq"            = "Administrator of the RabbitMQ in the cluster"
    "mongodb"             = "Users of the MongoDB in the cluster"
    "access-signing-key"  = "Private key of shoppers' tokens"
    "access-jwks"         = "Public key of shoppers' tokens"
    "service-jwks"        = "Public keys of services' tokens"
  }
}

resource "aws_secretsmanager_secret" "this" {
  for_each = setunion(local.written, local.stored_by_bootstrap)

  name                    = "${var.name}/${each.key}"
  description             = lookup(local.descriptions, each.key, "Private key of a service's tokens")
  kms_key_id              = var.kms_key_arn
  recovery_window_in_days = var.recovery_window_days
}

locals {
  # What each value is made of besides passwords: hosts, ports and modes are no secrets.
  sources = {
    "auth-database-url"   = var.auth_database
    "orders-database-url" = var.orders_database
    "redis-url"           = var.redis
    "mongodb-uri"         = [var.documents_mode, local.documents, try(var.documents_connection.functions_host, null)]
    relay                 = [var.orders_database, local.broker_at, var.redis]
    "order-processor"     = [var.orders_database, local.broker_at]
    "sse-gateway"         = [var.orders_database, var.redis]
    bootstrap             = [var.auth_database, var.orders_database, local.broker_at, var.documents_mode, local.documents, try(var.documents_connection.pods_host, null)]
    "auth-proxy"          = null
    "orders-proxy"        = null
    mongodb               = null
  }

  documents = try({ for attribute in ["username", "database", "options"] : attribute => var.documents_connection[attribute] }, null)
  broker_at = [var.broker, var.namespace]

  # The provider writes a value when its version changes. What it is made of is part of the version, so that a replaced
  # database or another mode reaches the secrets in the same apply, and only those that it concerns. 28 bits of a hash.
  # The broker in the cluster keeps the administrator of its first start, whatever secrets_version says.
  revisions = merge(
    { for short in setsubtract(local.written, ["rabbitmq"]) : short => parseint(substr(sha256(jsonencode([var.secrets_version, local.sources[short]])), 0, 7), 16) },
    { for short in setintersection(local.written, ["rabbitmq"]) : short => 1 },
  )
}

resource "aws_secretsmanager_secret_version" "written" {
  for_each = local.written

  secret_id                = aws_secretsmanager_secret.this[each.key].id
  secret_string_wo         = local.values[each.key]
  secret_string_wo_version = local.revisions[each.key]
}
