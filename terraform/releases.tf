# What runs in the cluster, in the order in which it has to be there: controllers, the namespace, data, bootstrap, pods.
locals {
  charts       = "${path.module}/../helm"
  shared_chart = ["${local.charts}/velure-lib"]

  # By name and region; known once nodes, add-ons and identities are there.
  helm_cluster = { name = module.cluster.ready, region = var.region }

  # Public charts at versions that were read, not at their newest.
  controllers = {
    aws-load-balancer-controller = {
      namespace  = "kube-system"
      repository = "https://aws.github.io/eks-charts"
      version    = "1.13.4"
      values = merge({
        clusterName                 = module.cluster.ready
        region                      = var.region
        vpcId                       = module.vpc.vpc_id
        replicaCount                = 2
        serviceAccount              = { create = true, name = "aws-load-balancer-controller" }
        enableServiceMutatorWebhook = false
        # Load balancers are Terraform's; the controller only puts pods into their target groups.
        createIngressClassResource = false
      }, [for mirror in local.mirrors : { image = { repository = "${mirror}/eks/aws-load-balancer-controller" } }]...)
    }

    external-secrets = {
      namespace  = "external-secrets"
      repository = "https://charts.external-secrets.io"
      version    = "0.19.2"
      values = merge({
        installCRDs    = true
        serviceAccount = { create = true, name = "external-secrets" }
        }, [for mirror in local.mirrors : {
          image          = { repository = "${mirror}/external-secrets/external-secrets" }
          webhook        = { image = { repository = "${mirror}/external-secrets/external-secrets" } }
          certController = { image = { repository = "${mirror}/external-secrets/external-secrets" } }
      }]...)
    }

    keda = {
      namespace  = "keda"
      repository = "https://kedacore.github.io/charts"
      version    = "2.17.2"
      values     = merge({}, [for mirror in local.mirrors : { global = { image = { registry = mirror } } }]...)
    }
  }

  # What every chart of ours takes.
  common = {
    secretsPrefix  = var.name
    secretsVersion = format("%x", module.secrets.revision)
  }

  images = { for image, url in module.ecr.repository_urls : image => { repository = url, tag = var.image_tag } }

  # Whom pods may reach, as the charts' `network` has it. Amazon MQ and the databases are in the data subnets.
  data_cidrs = module.vpc.data_cidr_blocks
  amqp       = { inCluster = var.messaging_mode == "in_cluster", cidrs = var.messaging_mode == "in_cluster" ? [] : local.data_cidrs, port = 5671 }
  management = merge(local.amqp, { port = 443 })
  no_mongodb = { inCluster = false, cidrs = [], port = 27017 }
  mongodb = merge(local.no_mongodb, {
    inCluster = var.documents_mode == "in_cluster"
    cidrs     = { in_cluster = [], documentdb = local.data_cidrs, atlas = ["0.0.0.0/0"] }[var.documents_mode]
  })
  aws = { cidrs = var.egress_mode == "nat" ? ["0.0.0.0/0"] : module.vpc.private_cidr_blocks }

  # Where pods find a context: in the cluster when it is there, else at the HTTP API.
  urls = { for context in ["auth", "catalog"] : context => contains(local.on_eks, context) ? "http://functions-${context}:${local.ports.server}" : module.api.endpoint }
  callees = { for context in ["auth", "catalog"] : context => {
    inCluster = contains(local.on_eks, context)
    cidrs     = contains(local.on_eks, context) ? [] : ["0.0.0.0/0"]
    port      = 443
  } }

  mirrors  = var.image_mirror == null ? [] : [var.image_mirror]
  mirrored = { for image in ["rabbitmq", "mongo"] : image => merge({}, [for mirror in local.mirrors : { image = { repository = "${mirror}/docker/library/${image}" } }]...) }

  servers = merge(
    { for volume in module.rabbitmq_volume : "rabbitmq" => merge(local.common, local.mirrored.rabbitmq, {
      persistence = { size = "8Gi", volumeId = volume.volume_id, zone = volume.availability_zone }
    }) },
    { for mode in [var.documents_mode] : "mongodb" => merge(local.common, local.mirrored.mongo, {
      persistence    = { size = "8Gi", volumeId = module.documents.volume.volume_id, zone = module.documents.volume.availability_zone }
      targetGroupArn = module.documents.target_group_arn == null ? "" : module.documents.target_group_arn
      network        = { clients = { cidrs = var.placement.catalog == "lambda" ? module.vpc.private_cidr_blocks : [] } }
    }) if mode == "in_cluster" },
  )

  pods = merge(
    {
      relay = {
        chart = "relay"
        values = {
          image = local.images["relay"]
          network = {
            postgres = { cidrs = local.data_cidrs }
            redis    = { cidrs = local.data_cidrs }
            broker   = local.amqp
          }
        }
      }

      order-processor = {
        chart = "order-processor"
        values = {
          image      = local.images["order-processor"]
          catalogUrl = local.urls.catalog
          network = {
            postgres = { cidrs = local.data_cidrs }
            broker   = local.amqp
            catalog  = local.callees.catalog
          }
        }
      }

      sse-gateway = {
        chart = "sse-gateway"
        values = {
          image          = local.images["sse-gateway"]
          authUrl        = local.urls.auth
          targetGroupArn = module.load_balancer.gateway_target_group_arn
          network = {
            postgres     = { cidrs = local.data_cidrs }
            redis        = { cidrs = local.data_cidrs }
            auth         = local.callees.auth
            loadBalancer = { cidrs = module.vpc.private_cidr_blocks }
          }
        }
      }
    },
    { for context in local.on_eks : "functions-${context}" => {
      chart = "functions-server"
      values = {
        image           = local.images["functions-server"]
        context         = context
        secretVariables = local.server_secrets[context]
        allowedOrigins  = [local.origin]
        authUrl         = context == "auth" ? "" : local.urls.auth
        catalogUrl      = context == "orders" ? local.urls.catalog : ""
        ordersPerMinute = var.orders_per_minute
        targetGroupArn  = module.context[context].target_group_arn
        network = {
          postgres     = { cidrs = context == "catalog" ? [] : local.data_cidrs }
          redis        = { cidrs = local.data_cidrs }
          mongodb      = context == "catalog" ? local.mongodb : local.no_mongodb
          auth         = local.callees.auth
          catalog      = local.callees.catalog
          loadBalancer = { cidrs = module.vpc.private_cidr_blocks }
        }
      }
    } },
  )

  # By context: variable => short name of its secret, of all its routes.
  server_secrets = {
    for context in local.on_eks : context => merge(
      { VELURE_ORIGIN_SECRET = "origin-secret" },
      [for name, route in local.routes : {
        for variable in concat(route.secrets, local.key_sets[name]) : variable => (
          variable == "VELURE_SERVICE_SIGNING_KEY" ? "service-signing-key-${context}" : module.secrets.variable_secrets[variable]
        )
      } if route.context == context]...
    )
  }

  release_namespaces = merge(
    { for name, controller in local.controllers : name => controller.namespace },
    { cluster = "kube-system", bootstrap = local.namespace },
    { for name in concat(keys(local.servers), keys(local.pods)) : name => local.namespace },
  )
}

module "controllers" {
  source   = "./modules/release"
  for_each = local.controllers

  name      = each.key
  chart     = { repository = each.value.repository, name = each.key, version = each.value.version }
  namespace = each.value.namespace
  values    = each.value.values
  cluster   = local.helm_cluster
  enabled   = var.helm_enabled
}

# Stored beside the namespace that it makes: a release cannot own the one it is in.
module "namespace" {
  source     = "./modules/release"
  depends_on = [module.controllers]

  name      = "cluster"
  chart     = { path = "${local.charts}/cluster" }
  libraries = local.shared_chart
  namespace = "kube-system"
  values    = { region = var.region, namespace = local.namespace }
  cluster   = local.helm_cluster
  enabled   = var.helm_enabled
}

module "servers" {
  source     = "./modules/release"
  for_each   = local.servers
  depends_on = [module.namespace]

  name      = each.key
  chart     = { path = "${local.charts}/${each.key}" }
  libraries = local.shared_chart
  namespace = local.namespace
  values    = each.value
  cluster   = local.helm_cluster
  enabled   = var.helm_enabled
}

module "bootstrap" {
  source     = "./modules/release"
  depends_on = [module.namespace, module.servers]

  name      = "bootstrap"
  chart     = { path = "${local.charts}/bootstrap" }
  libraries = local.shared_chart
  namespace = local.namespace
  cluster   = local.helm_cluster
  enabled   = var.helm_enabled

  values = merge(local.common, {
    image  = local.images["velure"]
    region = var.region
    network = {
      postgres = { cidrs = local.data_cidrs }
      broker   = local.management
      mongodb  = local.mongodb
      aws      = local.aws
    }
  })
}

module "pods" {
  source     = "./modules/release"
  for_each   = local.pods
  depends_on = [module.bootstrap]

  name      = each.key
  chart     = { path = "${local.charts}/${each.value.chart}" }
  libraries = local.shared_chart
  namespace = local.namespace
  values    = merge(local.common, each.value.values)
  cluster   = local.helm_cluster
  enabled   = var.helm_enabled
}
