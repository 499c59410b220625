# Settings of the root's switches, such that every two values of two switches that can go together are in one of them.
locals {
  values = {
    auth                         = ["lambda", "eks"]
    catalog                      = ["lambda", "eks"]
    orders                       = ["lambda", "eks"]
    messaging_mode               = ["amazon_mq", "in_cluster"]
    documents_mode               = ["in_cluster", "documentdb", "atlas"]
    egress_mode                  = ["nat", "endpoints"]
    architecture                 = ["arm64", "x86_64"]
    node_capacity                = ["on_demand", "spot"]
    domain_name                  = ["", "shop.example.com"]
    rds_proxy_enabled            = ["false", "true"]
    multi_az                     = ["false", "true"]
    deletion_protection          = ["false", "true"]
    helm_enabled                 = ["true", "false"]
    reserved_concurrency_enabled = ["true", "false"]
  }

  # Nothing outside of the VPC is reached with endpoints alone: neither the HTTP API nor Atlas.
  refused = {
    egress_mode = { endpoints = { auth = "lambda", catalog = "lambda", orders = "lambda", documents_mode = "atlas" } }
  }

  columns = [
    "auth", "catalog", "orders", "messaging_mode", "documents_mode", "egress_mode", "architecture", "node_capacity",
    "domain_name", "rds_proxy_enabled", "multi_az", "deletion_protection", "helm_enabled", "reserved_concurrency_enabled",
  ]

  table = [
    "lambda lambda lambda amazon_mq  in_cluster nat       arm64  on_demand -                false false false true  true",
    "eks    eks    eks    in_cluster in_cluster endpoints x86_64 spot      shop.example.com true  true  true  false false",
    "eks    eks    eks    amazon_mq  documentdb endpoints x86_64 on_demand -                false true  false true  true",
    "lambda lambda lambda in_cluster atlas      nat       arm64  spot      shop.example.com false false true  false false",
    "eks    lambda eks    amazon_mq  atlas      nat       x86_64 spot      -                true  false true  true  true",
    "lambda eks    lambda in_cluster documentdb nat       arm64  on_demand shop.example.com true  true  false true  false",
    "eks    eks    eks    amazon_mq  documentdb endpoints arm64  spot      -                false false false false false",
    "eks    lambda lambda amazon_mq  documentdb nat       x86_64 on_demand shop.example.com true  true  true  false true",
    "lambda eks    eks    in_cluster atlas      nat       x86_64 on_demand -                false true  false false true",
  ]

  rows = [for line in local.table : { for index, value in regexall("[^ ]+", line) : local.columns[index] => value == "-" ? "" : value }]

  # Each two columns once.
  columns_by_two = flatten([for index, one in local.columns : [
    for other in slice(local.columns, index + 1, length(local.columns)) : { one = one, other = other }
  ]])

  covered = toset(flatten([for row in local.rows : [
    for two in local.columns_by_two : "${two.one}=${row[two.one]} ${two.other}=${row[two.other]}"
  ]]))

  wanted = toset(flatten([for two in local.columns_by_two : [
    for pair in setproduct(local.values[two.one], local.values[two.other]) : "${two.one}=${pair[0]} ${two.other}=${pair[1]}"
    if try(local.refused[two.one][pair[0]][two.other], null) != pair[1] && try(local.refused[two.other][pair[1]][two.one], null) != pair[0]
  ]]))
}

output "missing" {
  description = "Pairs of values that no setting has."
  value       = sort(setsubtract(local.wanted, local.covered))
}

output "settings" {
  description = "The settings, and what has to come of each."
  value = [for row in local.rows : {
    switches  = row
    placement = { for context in ["auth", "catalog", "orders"] : context => row[context] }
    domain    = row.domain_name == "" ? null : row.domain_name
    # One zone is made, the other is there already.
    zone   = row.domain_name == "" || row.messaging_mode == "in_cluster" ? null : "Z0123456789ABCDEFGHIJ"
    mirror = row.egress_mode == "nat" ? null : "123456789012.dkr.ecr.us-east-1.amazonaws.com/mirror"

    releases = sort(concat(
      ["aws-load-balancer-controller", "external-secrets", "keda", "cluster", "bootstrap", "relay", "order-processor", "sse-gateway"],
      row.messaging_mode == "in_cluster" ? ["rabbitmq"] : [],
      row.documents_mode == "in_cluster" ? ["mongodb"] : [],
      [for context in ["auth", "catalog", "orders"] : "functions-${context}" if row[context] == "eks"],
    ))

    functions = sort(concat(
      [for route in local.routes.routes : route.name if lookup(row, route.context, "lambda") == "lambda"],
      [local.routes.fallback.name],
    ))
  }]
}

locals {
  routes = jsondecode(file("${path.module}/../../../functions/routes.json"))
}
