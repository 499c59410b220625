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
  # The provider writes a value when its version changes. Hosts, ports and modes are no secrets and are part of the
  # version, so that a replaced database or another mode reaches the secrets in the same apply. 28 bits of a hash.
  revision = parseint(substr(sha256(jsonencode([
    var.secrets_version,
    var.auth_database,
    var.orders_database,
    var.redis,
    var.broker,
    var.documents_mode,
    var.documents_connection,
    var.namespace,
  ])), 0, 7), 16)
}

resource "aws_secretsmanager_secret_version" "written" {
  for_each = local.written

  secret_id                = aws_secretsmanager_secret.this[each.key].id
  secret_string_wo         = local.values[each.key]
  secret_string_wo_version = local.revision
}
