# One for each context that keeps rows, with nothing in common but their form. Maintained on different days.
module "database" {
  source   = "./modules/rds"
  for_each = { auth = "mon", orders = "tue" }

  name                    = "${var.name}-${each.key}"
  database_name           = "velure_${each.key}"
  subnet_ids              = module.vpc.data_subnet_ids
  security_group_ids      = [module.security_groups.rds_id]
  master_password         = local.passwords["${each.key}_master"]
  master_password_version = var.secrets_version
  maintenance_window      = "${each.value}:04:00-${each.value}:05:00"
  multi_az                = var.multi_az
  log_retention_days      = var.log_retention_days
  deletion_protection     = var.deletion_protection
  final_snapshot          = var.deletion_protection
  proxy                   = var.rds_proxy_enabled ? local.proxies[each.key] : null
}

locals {
  proxies = {
    for database in ["auth", "orders"] : database => {
      subnet_ids         = module.vpc.private_subnet_ids
      security_group_ids = [module.security_groups.rds_proxy_id]
      secret_arn         = lookup(module.secrets.proxy_secret_arns, database, null)
    }
  }
}

module "amazonmq" {
  source = "./modules/amazonmq"
  count  = var.messaging_mode == "amazon_mq" ? 1 : 0

  name               = var.name
  subnet_ids         = module.vpc.data_subnet_ids
  security_group_ids = [module.security_groups.mq_id]
}

# The disk of the broker in the cluster. Terraform's, so that a destroy takes it along.
module "rabbitmq_volume" {
  source = "./modules/volume"
  count  = var.messaging_mode == "in_cluster" ? 1 : 0

  name              = "${var.name}-rabbitmq"
  availability_zone = local.zones[0]
  final_snapshot    = var.deletion_protection
}

module "redis" {
  source = "./modules/redis"

  name               = var.name
  subnet_ids         = module.vpc.data_subnet_ids
  security_group_ids = [module.security_groups.redis_id]
  log_retention_days = var.log_retention_days
}

module "documents" {
  source = "./modules/documents"

  name                     = var.name
  mode                     = var.documents_mode
  reachable_from_functions = var.placement.catalog == "lambda"
  namespace                = local.namespace
  vpc_id                   = module.vpc.vpc_id
  availability_zone        = local.zones[0]
  load_balancer_subnet_ids = module.vpc.private_subnet_ids
  subnet_ids               = module.vpc.data_subnet_ids
  security_group_ids       = [for group in [module.security_groups.documents_id] : group if group != null]
  password                 = local.passwords.mongodb
  password_version         = var.secrets_version
  log_retention_days       = var.log_retention_days
  deletion_protection      = var.deletion_protection
  final_snapshot           = var.deletion_protection
}

module "secrets" {
  source = "./modules/secrets-manager"

  name                 = var.name
  namespace            = local.namespace
  recovery_window_days = var.secrets_recovery_window_days
  secrets_version      = var.secrets_version
  passwords            = local.passwords
  rds_proxy_enabled    = var.rds_proxy_enabled
  documents_mode       = var.documents_mode
  documents_connection = module.documents.connection
  atlas_uri            = var.atlas_uri
  redis_auth_token     = module.redis.auth_token

  auth_database   = local.databases.auth
  orders_database = local.databases.orders

  redis = {
    address = module.redis.address
    port    = module.redis.port
  }

  broker                = one([for broker in module.amazonmq : { host = broker.host, admin_username = broker.admin_username }])
  broker_admin_password = one(module.amazonmq[*].admin_password)
}

locals {
  databases = {
    for key, database in module.database : key => {
      address           = database.address
      port              = database.port
      name              = database.database_name
      master_username   = database.master_username
      functions_address = database.proxy_address
      ca_certificate    = database.ca_certificate
    }
  }
}
