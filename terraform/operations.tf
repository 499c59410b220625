locals {
  topology = jsondecode(file("${path.module}/../crates/amqp/topology.json"))
  queues   = [for queue in local.topology.queues : queue.name]

  # Instance types by what prices them: modules/eks chooses t4g.medium or t3.medium.
  node_type = var.architecture == "arm64" ? "t4g.medium" : "t3.medium"
  node_kind = var.node_capacity == "spot" ? "spot" : "node"
}

module "observability" {
  source = "./modules/observability"

  name               = var.name
  account            = { id = local.account.id, region = var.region }
  alarm_emails       = var.alarm_emails
  api_id             = module.api.id
  distribution_id    = module.edge.distribution_id
  functions          = { for name, endpoint in module.endpoint : name => endpoint.function_name if endpoint.function_name != null }
  databases          = { for key, database in module.database : key => database.identifier }
  cache              = sort(tolist(module.redis.member_clusters))[0]
  broker             = one(module.amazonmq[*].broker_name)
  dead_letter_queues = [for queue in local.queues : queue if endswith(queue, ".dlq")]
  work_queues        = [for queue in local.queues : queue if !endswith(queue, ".dlq")]
  health_check       = var.domain_name == null ? null : { id = module.dns[0].health_check_id }
  cluster_name       = module.cluster.cluster_name

  load_balancer = {
    arn_suffix = module.load_balancer.arn_suffix
    target_groups = merge(
      { sse-gateway = module.load_balancer.gateway_target_group_arn_suffix },
      { for context, pods in module.context : context => pods.target_group_arn_suffix },
    )
  }

  providers = {
    aws           = aws
    aws.us_east_1 = aws.us_east_1
  }
}

module "budget" {
  source = "./modules/budget"

  name      = var.name
  region    = var.region
  limit_usd = var.budget_limit_usd
  emails    = var.alarm_emails

  # What is billed by the hour or month whether anybody shops or not.
  quantities = {
    "eks-cluster"                           = 1
    "${local.node_kind}:${local.node_type}" = var.node_count
    "ebs-gib"                               = var.node_count * (4 + 20) + (var.messaging_mode == "in_cluster" ? 8 : 0) + (var.documents_mode == "in_cluster" ? 8 : 0)
    "nat-gateway"                           = var.egress_mode == "nat" ? 1 : 0
    "public-ipv4"                           = var.egress_mode == "nat" ? 1 : 0
    "interface-endpoint"                    = 2 * length(module.vpc.interface_endpoints)
    "application-load-balancer"             = 1
    "network-load-balancer"                 = var.documents_mode == "in_cluster" && var.placement.catalog == "lambda" ? 1 : 0
    "rds:db.t4g.micro"                      = var.multi_az ? 4 : 2
    "rds-gib"                               = (var.multi_az ? 4 : 2) * 20
    "rds-proxy"                             = var.rds_proxy_enabled ? 2 : 0
    "mq:mq.m7g.medium"                      = var.messaging_mode == "amazon_mq" ? 1 : 0
    "mq-gib"                                = var.messaging_mode == "amazon_mq" ? 20 : 0
    "cache:valkey:cache.t4g.micro"          = 1
    "docdb:db.t4g.medium"                   = var.documents_mode == "documentdb" ? 1 : 0
    "secret"                                = length(module.secrets.secret_arns) + 1 + length(local.stored)
    "kms-key"                               = 1
    "hosted-zone"                           = var.domain_name != null && var.hosted_zone_id == null ? 1 : 0
    "health-check"                          = var.domain_name == null ? 0 : 1
    "alarm"                                 = module.observability.alarm_count + length([for name, route in local.routes : name if local.placements[route.context] == "lambda"])
    "dashboard"                             = 1
  }
}
