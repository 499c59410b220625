# What the secrets hold. Everything here is ephemeral: it exists while Terraform runs and is kept nowhere else.
locals {
  databases = { auth = var.auth_database, orders = var.orders_database }

  # An instance's certificate is of an authority of AWS's that nobody else knows, so its root goes along in the URL.
  # RDS Proxy's is of a public one. Blanks as %20: not every reader of URLs takes '+' for one.
  instance_tls = { for key, database in local.databases : key => "sslmode=verify-full&sslrootcert=${replace(urlencode(database.ca_certificate), "+", "%20")}" }

  instances = {
    for key, database in local.databases : key => {
      rest = "@${database.address}:${database.port}/${database.name}?${local.instance_tls[key]}"
    }
  }

  functions = {
    for key, database in local.databases : key => {
      rest = database.functions_address == null ? local.instances[key].rest : "@${database.functions_address}:${database.port}/${database.name}?sslmode=verify-full"
    }
  }

  postgres = {
    auth_master   = "postgres://${var.auth_database.master_username}:${var.passwords.auth_master}${local.instances.auth.rest}"
    orders_master = "postgres://${var.orders_database.master_username}:${var.passwords.orders_master}${local.instances.orders.rest}"
    auth_api      = "postgres://velure_auth_api:${var.passwords.auth_api}${local.functions.auth.rest}"
    orders_api    = "postgres://velure_orders_api:${var.passwords.orders_api}${local.functions.orders.rest}"
    relay         = "postgres://velure_relay:${var.passwords.relay}${local.instances.orders.rest}"
    gateway       = "postgres://velure_gateway:${var.passwords.gateway}${local.instances.orders.rest}"
    fulfilment    = "postgres://velure_fulfilment:${var.passwords.fulfilment}${local.instances.orders.rest}"
  }

  redis = "rediss://:${var.redis_auth_token}@${var.redis.address}:${var.redis.port}"

  # Within the cluster the broker speaks plain AMQP behind network policies; Amazon MQ speaks TLS only.
  broker = var.broker == null ? {
    amqp       = "amqp://%s:%s@rabbitmq.${var.namespace}.svc.cluster.local:5672/%%2f"
    management = "http://%s:%s@rabbitmq.${var.namespace}.svc.cluster.local:15672"
    username   = local.rabbitmq_admin
    password   = var.passwords.rabbitmq_admin
    } : {
    amqp       = "amqps://%s:%s@${var.broker.host}:5671/%%2f"
    management = "https://%s:%s@${var.broker.host}"
    username   = var.broker.admin_username
    password   = var.broker_admin_password
  }

  rabbitmq_admin = "velure-admin"

  mongodb = {
    for reader in ["functions_host", "pods_host"] : reader => var.documents_connection == null ? var.atlas_uri : format(
      "mongodb://%s:%s@%s/%s?%s",
      var.documents_connection.username,
      var.passwords.mongodb,
      var.documents_connection[reader],
      var.documents_connection.database,
      join("&", [for option, value in var.documents_connection.options : "${option}=${replace(urlencode(value), "+", "%20")}"]),
    )
  }

  values = {
    "auth-database-url"   = local.postgres.auth_api
    "orders-database-url" = local.postgres.orders_api
    "redis-url"           = local.redis
    "mongodb-uri"         = local.mongodb.functions_host

    relay = jsonencode({
      VELURE_ORDERS_DATABASE_URL = local.postgres.relay
      VELURE_AMQP_URL            = format(local.broker.amqp, "relay", var.passwords.amqp_relay)
      VELURE_REDIS_URL           = local.redis
    })

    "order-processor" = jsonencode({
      VELURE_FULFILMENT_DATABASE_URL = local.postgres.fulfilment
      VELURE_AMQP_URL                = format(local.broker.amqp, "processor", var.passwords.amqp_processor)
    })

    "sse-gateway" = jsonencode({
      VELURE_ORDERS_DATABASE_URL = local.postgres.gateway
      VELURE_REDIS_URL           = local.redis
    })

    bootstrap = jsonencode({
      VELURE_AUTH_MIGRATION_URL       = local.postgres.auth_master
      VELURE_ORDERS_MIGRATION_URL     = local.postgres.orders_master
      VELURE_ROLE_AUTH_API_PASSWORD   = var.passwords.auth_api
      VELURE_ROLE_ORDERS_API_PASSWORD = var.passwords.orders_api
      VELURE_ROLE_RELAY_PASSWORD      = var.passwords.relay
      VELURE_ROLE_GATEWAY_PASSWORD    = var.passwords.gateway
      VELURE_ROLE_FULFILMENT_PASSWORD = var.passwords.fulfilment
      VELURE_AMQP_RELAY_PASSWORD      = var.passwords.amqp_relay
      VELURE_AMQP_PROCESSOR_PASSWORD  = var.passwords.amqp_processor
      VELURE_RABBITMQ_MANAGEMENT_URL  = format(local.broker.management, local.broker.username, local.broker.password)
      VELURE_AMQP_URL                 = format(local.broker.amqp, local.broker.username, local.broker.password)
      VELURE_MONGODB_URI              = local.mongodb.pods_host
    })

    "auth-proxy"   = jsonencode({ username = "velure_auth_api", password = var.passwords.auth_api })
    "orders-proxy" = jsonencode({ username = "velure_orders_api", password = var.passwords.orders_api })

    rabbitmq = jsonencode({
      RABBITMQ_DEFAULT_USER = local.rabbitmq_admin
      RABBITMQ_DEFAULT_PASS = var.passwords.rabbitmq_admin
    })

    mongodb = jsonencode({
      MONGODB_ADMIN_PASSWORD = var.passwords.mongodb_admin
      MONGODB_APP_PASSWORD   = var.passwords.mongodb
    })
  }
}
