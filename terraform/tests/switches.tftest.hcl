# The root as it is by default, and what it refuses. Every pair of switches is in pairs.tftest.hcl.

mock_provider "aws" {
  source = "./tests/mocks"
}

mock_provider "aws" {
  alias  = "us_east_1"
  source = "./tests/mocks"
}

# Asked for nothing, since passwords are given; there is no mock of ephemeral values.
provider "aws" {
  alias                       = "passwords"
  region                      = "us-east-1"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

run "artefacts" {
  module {
    source = "./tests/artefacts"
  }
}

run "by_default_every_route_is_a_function" {
  command = plan

  assert {
    condition     = length(output.functions) == length(jsondecode(file("../functions/routes.json")).routes) + 1
    error_message = "Each route and the fallback have a function."
  }

  assert {
    condition     = length(module.context) == 0 && length(aws_apigatewayv2_integration.context) == 0
    error_message = "Nothing of a context is on EKS."
  }

  assert {
    condition     = toset(keys(output.releases)) == toset(["aws-load-balancer-controller", "external-secrets", "keda", "cluster", "mongodb", "bootstrap", "relay", "order-processor", "sse-gateway"])
    error_message = "The cluster holds controllers, policies, MongoDB, bootstrap and the three pods."
  }

  assert {
    condition     = output.releases.cluster == "kube-system" && output.releases.relay == "velure"
    error_message = "The release that makes the namespace is stored in another."
  }
}

run "the_floor_is_known_to_the_cent" {
  command = plan

  assert {
    condition     = can(regex("^[0-9]+\\.[0-9]{2}$", output.monthly_floor_usd))
    error_message = "The default installation in us-east-1 has a price for everything: ${output.monthly_floor_usd}"
  }
}

run "without_the_internet_nothing_has_a_way_to_it" {
  command = plan

  variables {
    placement    = { auth = "eks", catalog = "eks", orders = "eks" }
    egress_mode  = "endpoints"
    image_mirror = "123456789012.dkr.ecr.us-east-1.amazonaws.com/mirror"
  }

  assert {
    condition     = toset(keys(output.functions)) == toset(["get-health", "no-route"])
    error_message = "What belongs to no context stays on Lambda."
  }

  assert {
    condition     = output.nat_public_ip == null
    error_message = "There is no NAT gateway."
  }
}

run "no_internet_needs_every_context_on_eks" {
  command = plan

  variables {
    egress_mode = "endpoints"
    placement   = { auth = "eks", catalog = "eks" }
  }

  expect_failures = [var.egress_mode]
}

run "no_internet_reaches_no_atlas" {
  command = plan

  variables {
    egress_mode    = "endpoints"
    documents_mode = "atlas"
    placement      = { auth = "eks", catalog = "eks", orders = "eks" }
  }

  expect_failures = [var.egress_mode]
}

run "helm_has_to_reach_the_cluster" {
  command = plan

  variables {
    helm_enabled           = true
    cluster_endpoint_cidrs = []
  }

  expect_failures = [var.cluster_endpoint_cidrs]
}

run "a_tag_that_moves_is_refused" {
  command = plan

  variables {
    image_tag = "latest"
  }

  expect_failures = [var.image_tag]
}

run "a_misspelt_place_is_refused" {
  command = plan

  variables {
    placement = { auth = "ecs" }
  }

  expect_failures = [var.placement]
}

run "no_internet_pulls_no_public_images" {
  command = plan

  variables {
    helm_enabled = true
    egress_mode  = "endpoints"
    placement    = { auth = "eks", catalog = "eks", orders = "eks" }
  }

  expect_failures = [var.egress_mode]
}

run "what_aws_and_registries_would_refuse_is_refused_first" {
  command = plan

  variables {
    image_mirror       = "https://registry.example.com/mirror/"
    hosted_zone_id     = "shop.example.com"
    cluster_admin_arns = ["arn:aws:sts::123456789012:assumed-role/operator/robin"]
    orders_per_minute  = 0
  }

  expect_failures = [var.image_mirror, var.hosted_zone_id, var.cluster_admin_arns, var.orders_per_minute]
}

run "spans_are_sent_by_functions_and_pods_alike" {
  command = plan

  variables {
    traces = { endpoint = "http://10.0.3.7:4318", share = 0.1, cidrs = ["10.0.3.7/32"] }
  }

  assert {
    condition     = jsonencode(local.traces.environment) == jsonencode({ OTEL_EXPORTER_OTLP_ENDPOINT = "http://10.0.3.7:4318", OTEL_TRACES_SAMPLER_ARG = "0.1" })
    error_message = "Functions know the collector and the share."
  }

  assert {
    condition     = jsonencode(local.pod_traces.traces) == jsonencode({ endpoint = "http://10.0.3.7:4318", share = 0.1, namespace = "", cidrs = ["10.0.3.7/32"], port = 4318 })
    error_message = "Pods may reach the collector, and it alone."
  }
}

run "a_collector_inside_the_cluster_is_out_of_reach_for_functions" {
  command = plan

  variables {
    traces = { endpoint = "http://collector.observability:4318", namespace = "observability" }
  }

  expect_failures = [var.traces]
}
