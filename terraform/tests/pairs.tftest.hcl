# The root with every pair of two switches' values: one plan for each setting of tests/pairs.

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

run "pairs" {
  module {
    source = "./tests/pairs"
  }

  assert {
    condition     = length(output.missing) == 0
    error_message = "No setting has: ${join("; ", output.missing)}"
  }
}

run "setting_1" {
  command = plan

  variables {
    messaging_mode               = run.pairs.settings[0].switches.messaging_mode
    documents_mode               = run.pairs.settings[0].switches.documents_mode
    egress_mode                  = run.pairs.settings[0].switches.egress_mode
    architecture                 = run.pairs.settings[0].switches.architecture
    node_capacity                = run.pairs.settings[0].switches.node_capacity
    rds_proxy_enabled            = run.pairs.settings[0].switches.rds_proxy_enabled
    multi_az                     = run.pairs.settings[0].switches.multi_az
    deletion_protection          = run.pairs.settings[0].switches.deletion_protection
    helm_enabled                 = run.pairs.settings[0].switches.helm_enabled
    reserved_concurrency_enabled = run.pairs.settings[0].switches.reserved_concurrency_enabled
    placement                    = run.pairs.settings[0].placement
    domain_name                  = run.pairs.settings[0].domain
    hosted_zone_id               = run.pairs.settings[0].zone
    image_mirror                 = run.pairs.settings[0].mirror
  }

  assert {
    condition     = sort(keys(output.releases)) == run.pairs.settings[0].releases && sort(keys(output.functions)) == run.pairs.settings[0].functions
    error_message = "Releases: ${join(", ", sort(keys(output.releases)))}. Functions: ${join(", ", sort(keys(output.functions)))}."
  }

  assert {
    condition     = length(module.amazonmq) == (var.messaging_mode == "amazon_mq" ? 1 : 0) && length(module.context) == length([for place in values(var.placement) : place if place == "eks"]) && length(module.dns) == (var.domain_name == null ? 0 : 1)
    error_message = "There is a broker, a target group or a zone too many or too few."
  }
}

run "setting_2" {
  command = plan

  variables {
    messaging_mode               = run.pairs.settings[1].switches.messaging_mode
    documents_mode               = run.pairs.settings[1].switches.documents_mode
    egress_mode                  = run.pairs.settings[1].switches.egress_mode
    architecture                 = run.pairs.settings[1].switches.architecture
    node_capacity                = run.pairs.settings[1].switches.node_capacity
    rds_proxy_enabled            = run.pairs.settings[1].switches.rds_proxy_enabled
    multi_az                     = run.pairs.settings[1].switches.multi_az
    deletion_protection          = run.pairs.settings[1].switches.deletion_protection
    helm_enabled                 = run.pairs.settings[1].switches.helm_enabled
    reserved_concurrency_enabled = run.pairs.settings[1].switches.reserved_concurrency_enabled
    placement                    = run.pairs.settings[1].placement
    domain_name                  = run.pairs.settings[1].domain
    hosted_zone_id               = run.pairs.settings[1].zone
    image_mirror                 = run.pairs.settings[1].mirror
  }

  assert {
    condition     = sort(keys(output.releases)) == run.pairs.settings[1].releases && sort(keys(output.functions)) == run.pairs.settings[1].functions
    error_message = "Releases: ${join(", ", sort(keys(output.releases)))}. Functions: ${join(", ", sort(keys(output.functions)))}."
  }

  assert {
    condition     = length(module.amazonmq) == (var.messaging_mode == "amazon_mq" ? 1 : 0) && length(module.context) == length([for place in values(var.placement) : place if place == "eks"]) && length(module.dns) == (var.domain_name == null ? 0 : 1)
    error_message = "There is a broker, a target group or a zone too many or too few."
  }
}

run "setting_3" {
  command = plan

  variables {
    messaging_mode               = run.pairs.settings[2].switches.messaging_mode
    documents_mode               = run.pairs.settings[2].switches.documents_mode
    egress_mode                  = run.pairs.settings[2].switches.egress_mode
    architecture                 = run.pairs.settings[2].switches.architecture
    node_capacity                = run.pairs.settings[2].switches.node_capacity
    rds_proxy_enabled            = run.pairs.settings[2].switches.rds_proxy_enabled
    multi_az                     = run.pairs.settings[2].switches.multi_az
    deletion_protection          = run.pairs.settings[2].switches.deletion_protection
    helm_enabled                 = run.pairs.settings[2].switches.helm_enabled
    reserved_concurrency_enabled = run.pairs.settings[2].switches.reserved_concurrency_enabled
    placement                    = run.pairs.settings[2].placement
    domain_name                  = run.pairs.settings[2].domain
    hosted_zone_id               = run.pairs.settings[2].zone
    image_mirror                 = run.pairs.settings[2].mirror
  }

  assert {
    condition     = sort(keys(output.releases)) == run.pairs.settings[2].releases && sort(keys(output.functions)) == run.pairs.settings[2].functions
    error_message = "Releases: ${join(", ", sort(keys(output.releases)))}. Functions: ${join(", ", sort(keys(output.functions)))}."
  }

  assert {
    condition     = length(module.amazonmq) == (var.messaging_mode == "amazon_mq" ? 1 : 0) && length(module.context) == length([for place in values(var.placement) : place if place == "eks"]) && length(module.dns) == (var.domain_name == null ? 0 : 1)
    error_message = "There is a broker, a target group or a zone too many or too few."
  }
}

run "setting_4" {
  command = plan

  variables {
    messaging_mode               = run.pairs.settings[3].switches.messaging_mode
    documents_mode               = run.pairs.settings[3].switches.documents_mode
    egress_mode                  = run.pairs.settings[3].switches.egress_mode
    architecture                 = run.pairs.settings[3].switches.architecture
    node_capacity                = run.pairs.settings[3].switches.node_capacity
    rds_proxy_enabled            = run.pairs.settings[3].switches.rds_proxy_enabled
    multi_az                     = run.pairs.settings[3].switches.multi_az
    deletion_protection          = run.pairs.settings[3].switches.deletion_protection
    helm_enabled                 = run.pairs.settings[3].switches.helm_enabled
    reserved_concurrency_enabled = run.pairs.settings[3].switches.reserved_concurrency_enabled
    placement                    = run.pairs.settings[3].placement
    domain_name                  = run.pairs.settings[3].domain
    hosted_zone_id               = run.pairs.settings[3].zone
    image_mirror                 = run.pairs.settings[3].mirror
  }

  assert {
    condition     = sort(keys(output.releases)) == run.pairs.settings[3].releases && sort(keys(output.functions)) == run.pairs.settings[3].functions
    error_message = "Releases: ${join(", ", sort(keys(output.releases)))}. Functions: ${join(", ", sort(keys(output.functions)))}."
  }

  assert {
    condition     = length(module.amazonmq) == (var.messaging_mode == "amazon_mq" ? 1 : 0) && length(module.context) == length([for place in values(var.placement) : place if place == "eks"]) && length(module.dns) == (var.domain_name == null ? 0 : 1)
    error_message = "There is a broker, a target group or a zone too many or too few."
  }
}

run "setting_5" {
  command = plan

  variables {
    messaging_mode               = run.pairs.settings[4].switches.messaging_mode
    documents_mode               = run.pairs.settings[4].switches.documents_mode
    egress_mode                  = run.pairs.settings[4].switches.egress_mode
    architecture                 = run.pairs.settings[4].switches.architecture
    node_capacity                = run.pairs.settings[4].switches.node_capacity
    rds_proxy_enabled            = run.pairs.settings[4].switches.rds_proxy_enabled
    multi_az                     = run.pairs.settings[4].switches.multi_az
    deletion_protection          = run.pairs.settings[4].switches.deletion_protection
    helm_enabled                 = run.pairs.settings[4].switches.helm_enabled
    reserved_concurrency_enabled = run.pairs.settings[4].switches.reserved_concurrency_enabled
    placement                    = run.pairs.settings[4].placement
    domain_name                  = run.pairs.settings[4].domain
    hosted_zone_id               = run.pairs.settings[4].zone
    image_mirror                 = run.pairs.settings[4].mirror
  }

  assert {
    condition     = sort(keys(output.releases)) == run.pairs.settings[4].releases && sort(keys(output.functions)) == run.pairs.settings[4].functions
    error_message = "Releases: ${join(", ", sort(keys(output.releases)))}. Functions: ${join(", ", sort(keys(output.functions)))}."
  }

  assert {
    condition     = length(module.amazonmq) == (var.messaging_mode == "amazon_mq" ? 1 : 0) && length(module.context) == length([for place in values(var.placement) : place if place == "eks"]) && length(module.dns) == (var.domain_name == null ? 0 : 1)
    error_message = "There is a broker, a target group or a zone too many or too few."
  }
}

run "setting_6" {
  command = plan

  variables {
    messaging_mode               = run.pairs.settings[5].switches.messaging_mode
    documents_mode               = run.pairs.settings[5].switches.documents_mode
    egress_mode                  = run.pairs.settings[5].switches.egress_mode
    architecture                 = run.pairs.settings[5].switches.architecture
    node_capacity                = run.pairs.settings[5].switches.node_capacity
    rds_proxy_enabled            = run.pairs.settings[5].switches.rds_proxy_enabled
    multi_az                     = run.pairs.settings[5].switches.multi_az
    deletion_protection          = run.pairs.settings[5].switches.deletion_protection
    helm_enabled                 = run.pairs.settings[5].switches.helm_enabled
    reserved_concurrency_enabled = run.pairs.settings[5].switches.reserved_concurrency_enabled
    placement                    = run.pairs.settings[5].placement
    domain_name                  = run.pairs.settings[5].domain
    hosted_zone_id               = run.pairs.settings[5].zone
    image_mirror                 = run.pairs.settings[5].mirror
  }

  assert {
    condition     = sort(keys(output.releases)) == run.pairs.settings[5].releases && sort(keys(output.functions)) == run.pairs.settings[5].functions
    error_message = "Releases: ${join(", ", sort(keys(output.releases)))}. Functions: ${join(", ", sort(keys(output.functions)))}."
  }

  assert {
    condition     = length(module.amazonmq) == (var.messaging_mode == "amazon_mq" ? 1 : 0) && length(module.context) == length([for place in values(var.placement) : place if place == "eks"]) && length(module.dns) == (var.domain_name == null ? 0 : 1)
    error_message = "There is a broker, a target group or a zone too many or too few."
  }
}

run "setting_7" {
  command = plan

  variables {
    messaging_mode               = run.pairs.settings[6].switches.messaging_mode
    documents_mode               = run.pairs.settings[6].switches.documents_mode
    egress_mode                  = run.pairs.settings[6].switches.egress_mode
    architecture                 = run.pairs.settings[6].switches.architecture
    node_capacity                = run.pairs.settings[6].switches.node_capacity
    rds_proxy_enabled            = run.pairs.settings[6].switches.rds_proxy_enabled
    multi_az                     = run.pairs.settings[6].switches.multi_az
    deletion_protection          = run.pairs.settings[6].switches.deletion_protection
    helm_enabled                 = run.pairs.settings[6].switches.helm_enabled
    reserved_concurrency_enabled = run.pairs.settings[6].switches.reserved_concurrency_enabled
    placement                    = run.pairs.settings[6].placement
    domain_name                  = run.pairs.settings[6].domain
    hosted_zone_id               = run.pairs.settings[6].zone
    image_mirror                 = run.pairs.settings[6].mirror
  }

  assert {
    condition     = sort(keys(output.releases)) == run.pairs.settings[6].releases && sort(keys(output.functions)) == run.pairs.settings[6].functions
    error_message = "Releases: ${join(", ", sort(keys(output.releases)))}. Functions: ${join(", ", sort(keys(output.functions)))}."
  }

  assert {
    condition     = length(module.amazonmq) == (var.messaging_mode == "amazon_mq" ? 1 : 0) && length(module.context) == length([for place in values(var.placement) : place if place == "eks"]) && length(module.dns) == (var.domain_name == null ? 0 : 1)
    error_message = "There is a broker, a target group or a zone too many or too few."
  }
}

run "setting_8" {
  command = plan

  variables {
    messaging_mode               = run.pairs.settings[7].switches.messaging_mode
    documents_mode               = run.pairs.settings[7].switches.documents_mode
    egress_mode                  = run.pairs.settings[7].switches.egress_mode
    architecture                 = run.pairs.settings[7].switches.architecture
    node_capacity                = run.pairs.settings[7].switches.node_capacity
    rds_proxy_enabled            = run.pairs.settings[7].switches.rds_proxy_enabled
    multi_az                     = run.pairs.settings[7].switches.multi_az
    deletion_protection          = run.pairs.settings[7].switches.deletion_protection
    helm_enabled                 = run.pairs.settings[7].switches.helm_enabled
    reserved_concurrency_enabled = run.pairs.settings[7].switches.reserved_concurrency_enabled
    placement                    = run.pairs.settings[7].placement
    domain_name                  = run.pairs.settings[7].domain
    hosted_zone_id               = run.pairs.settings[7].zone
    image_mirror                 = run.pairs.settings[7].mirror
  }

  assert {
    condition     = sort(keys(output.releases)) == run.pairs.settings[7].releases && sort(keys(output.functions)) == run.pairs.settings[7].functions
    error_message = "Releases: ${join(", ", sort(keys(output.releases)))}. Functions: ${join(", ", sort(keys(output.functions)))}."
  }

  assert {
    condition     = length(module.amazonmq) == (var.messaging_mode == "amazon_mq" ? 1 : 0) && length(module.context) == length([for place in values(var.placement) : place if place == "eks"]) && length(module.dns) == (var.domain_name == null ? 0 : 1)
    error_message = "There is a broker, a target group or a zone too many or too few."
  }
}

run "setting_9" {
  command = plan

  variables {
    messaging_mode               = run.pairs.settings[8].switches.messaging_mode
    documents_mode               = run.pairs.settings[8].switches.documents_mode
    egress_mode                  = run.pairs.settings[8].switches.egress_mode
    architecture                 = run.pairs.settings[8].switches.architecture
    node_capacity                = run.pairs.settings[8].switches.node_capacity
    rds_proxy_enabled            = run.pairs.settings[8].switches.rds_proxy_enabled
    multi_az                     = run.pairs.settings[8].switches.multi_az
    deletion_protection          = run.pairs.settings[8].switches.deletion_protection
    helm_enabled                 = run.pairs.settings[8].switches.helm_enabled
    reserved_concurrency_enabled = run.pairs.settings[8].switches.reserved_concurrency_enabled
    placement                    = run.pairs.settings[8].placement
    domain_name                  = run.pairs.settings[8].domain
    hosted_zone_id               = run.pairs.settings[8].zone
    image_mirror                 = run.pairs.settings[8].mirror
  }

  assert {
    condition     = sort(keys(output.releases)) == run.pairs.settings[8].releases && sort(keys(output.functions)) == run.pairs.settings[8].functions
    error_message = "Releases: ${join(", ", sort(keys(output.releases)))}. Functions: ${join(", ", sort(keys(output.functions)))}."
  }

  assert {
    condition     = length(module.amazonmq) == (var.messaging_mode == "amazon_mq" ? 1 : 0) && length(module.context) == length([for place in values(var.placement) : place if place == "eks"]) && length(module.dns) == (var.domain_name == null ? 0 : 1)
    error_message = "There is a broker, a target group or a zone too many or too few."
  }
}
