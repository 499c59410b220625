locals {
  table = jsondecode(file("${path.module}/../functions/routes.json"))

  # The fallback answers what no route names, and asks nobody who it is.
  routes = merge(
    { for route in local.table.routes : route.name => route },
    { (local.table.fallback.name) = merge({ method = null, path = null, auth = "none", stores = [], secrets = [] }, local.table.fallback) },
  )

  placements = merge({ edge = "lambda" }, var.placement)
  on_eks     = toset([for context, place in var.placement : context if place == "eks"])

  # Each rule of the load balancer has its own, whichever contexts are there. 1 is the streams'.
  priorities = { auth = 10, catalog = 20, orders = 30 }

  origin = "https://${var.domain_name == null ? module.edge.domain_name : var.domain_name}"

  # Where contexts answer internal calls: of functions, which know the HTTP API only.
  environments = {
    edge = {}
    auth = {
      VELURE_ALLOWED_ORIGINS = local.origin
    }
    catalog = {
      VELURE_ALLOWED_ORIGINS = local.origin
      VELURE_AUTH_URL        = module.api.endpoint
    }
    orders = {
      VELURE_ALLOWED_ORIGINS   = local.origin
      VELURE_AUTH_URL          = module.api.endpoint
      VELURE_CATALOG_URL       = module.api.endpoint
      VELURE_ORDERS_PER_MINUTE = tostring(var.orders_per_minute)
    }
  }

  # What a URL of a collector says without a port is the scheme's.
  traces = {
    cidrs = try(var.traces.cidrs, [])
    port  = try(tonumber(regex(":([0-9]+)$", var.traces.endpoint)[0]), startswith(try(var.traces.endpoint, ""), "https") ? 443 : 80)
    environment = var.traces == null ? {} : {
      OTEL_EXPORTER_OTLP_ENDPOINT = var.traces.endpoint
      OTEL_TRACES_SAMPLER_ARG     = tostring(var.traces.share)
    }
  }

  # What a route has to read to know who calls: public keys, no secrets of anybody.
  key_sets = {
    for name, route in local.routes : name => (
      route.context == "edge" ? [] : route.auth == "service" ? ["VELURE_SERVICE_JWKS"] : ["VELURE_ACCESS_JWKS"]
    )
  }

  # By route: variable => short name of the secret.
  secrets = {
    for name, route in local.routes : name => {
      for variable in concat(route.secrets, local.key_sets[name]) : variable => (
        variable == "VELURE_SERVICE_SIGNING_KEY" ? "service-signing-key-${route.context}" : module.secrets.variable_secrets[variable]
      )
    }
  }

  # A function reads its secrets once, when an instance starts. Another value of this variable, which nobody reads, ends
  # the instances that have the old ones.
  revisions = {
    for name, secrets in local.secrets : name => {
      for variable in ["VELURE_SECRETS_REVISION"] : variable => substr(sha256(jsonencode([
        for short in values(secrets) : module.secrets.revisions[short] if contains(keys(module.secrets.revisions), short)
      ])), 0, 7)
      if anytrue([for short in values(secrets) : contains(keys(module.secrets.revisions), short)])
    }
  }
}

module "api" {
  source = "./modules/api"

  name               = var.name
  log_retention_days = var.log_retention_days
  fallback_throttle  = local.table.fallback.throttle

  throttles = {
    for name, route in local.routes : module.endpoint[name].route_key => route.throttle
    if route.method != null
  }

  vpc_link = length(local.on_eks) == 0 ? null : {
    subnet_ids         = module.vpc.private_subnet_ids
    security_group_ids = [module.security_groups.vpc_link_id]
  }
}

module "packages" {
  source = "./modules/bucket"

  name = "${var.name}-packages-${local.account.id}"
}

module "endpoint" {
  source   = "./modules/endpoint"
  for_each = local.routes

  name                         = var.name
  route                        = each.value
  account                      = local.account
  placement                    = local.placements[each.value.context]
  package                      = "${var.packages_dir}/${each.key}.zip"
  packages_bucket              = module.packages.name
  architecture                 = var.architecture
  secret_arns                  = { for variable, short in local.secrets[each.key] : variable => module.secrets.secret_arns[short] }
  reserved_concurrency_enabled = var.reserved_concurrency_enabled
  log_retention_days           = var.log_retention_days
  alarm_topic_arn              = module.observability.topic_arn
  context_integration_id       = local.placements[each.value.context] == "eks" ? aws_apigatewayv2_integration.context[each.value.context].id : null

  # Internal callers come around the CDN and show a token of their own.
  environment = merge(
    local.environments[each.value.context],
    # One outside the VPC cannot reach a collector inside.
    length(each.value.stores) == 0 && length(local.traces.cidrs) > 0 ? {} : local.traces.environment,
    local.revisions[each.key],
    each.value.auth == "service" ? {} : { VELURE_ORIGIN_SECRET = local.origin_secret },
  )

  vpc = length(each.value.stores) == 0 ? null : {
    subnet_ids         = module.vpc.private_subnet_ids
    security_group_ids = [module.security_groups.functions_id]
  }

  api = {
    id            = module.api.id
    execution_arn = module.api.execution_arn
  }

  # Code comes after the schema that it is written for, and after the keys that it signs with.
  depends_on = [module.bootstrap]
}

module "context" {
  source   = "./modules/context"
  for_each = local.on_eks

  name         = var.name
  context      = each.key
  vpc_id       = module.vpc.vpc_id
  port         = local.ports.server
  admin_port   = local.ports.admin
  listener_arn = module.load_balancer.listener_arn
  priority     = local.priorities[each.key]
}

resource "aws_apigatewayv2_integration" "context" {
  for_each = local.on_eks

  api_id             = module.api.id
  description        = "The ${each.key} context's pods"
  integration_type   = "HTTP_PROXY"
  integration_method = "ANY"
  integration_uri    = module.load_balancer.listener_arn
  connection_type    = "VPC_LINK"
  connection_id      = module.api.vpc_link_id
  request_parameters = module.context[each.key].request_parameters
  # A second more than the slowest endpoint has.
  timeout_milliseconds = (max([for route in local.table.routes : route.timeout_s if route.context == each.key]...) + 1) * 1000

  lifecycle {
    create_before_destroy = true
  }

  # A route is moved when there are pods behind it.
  depends_on = [module.pods]
}
