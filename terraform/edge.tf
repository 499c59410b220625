# The header that says a request came through the CDN. It stands in state, because CloudFront has no write-only header.
# It keeps the API's own URL from being used around the CDN, and lets nobody in: tokens do that.
#
# Two random UUIDs are 244 bits from Terraform's own generator. `aws_secretsmanager_random_password` will not do: its id is
# the password, and Terraform prints the id of every data source that it reads. The first one stays, because the next plan
# has others; another secrets_version takes a new one.
resource "terraform_data" "origin_secret" {
  input            = sensitive(replace("${uuid()}${uuid()}", "-", ""))
  triggers_replace = var.secrets_version

  lifecycle {
    ignore_changes = [input]
  }
}

locals {
  origin_secret = terraform_data.origin_secret.output
}

# For pods, which read what they are given from Secrets Manager.
resource "aws_secretsmanager_secret" "origin" {
  name                    = "${var.name}/origin-secret"
  description             = "What the CDN adds to requests as x-velure-origin"
  recovery_window_in_days = var.secrets_recovery_window_days
}

resource "aws_secretsmanager_secret_version" "origin" {
  secret_id                = aws_secretsmanager_secret.origin.id
  secret_string_wo         = local.origin_secret
  secret_string_wo_version = var.secrets_version
}

module "edge" {
  source = "./modules/edge"

  name            = var.name
  account_id      = local.account.id
  web_dist        = var.web_dist
  aliases         = var.domain_name == null ? [] : [var.domain_name]
  certificate_arn = var.domain_name == null ? null : module.dns[0].certificate_arn
  api_endpoint    = module.api.endpoint
  origin_secret   = local.origin_secret
  price_class     = var.price_class

  load_balancer = {
    arn      = module.load_balancer.arn
    dns_name = module.load_balancer.dns_name
  }
}

module "dns" {
  source = "./modules/dns"
  count  = var.domain_name == null ? 0 : 1

  name                 = var.name
  domain_name          = var.domain_name
  hosted_zone_id       = var.hosted_zone_id
  health_check_enabled = true

  distribution = {
    domain_name    = module.edge.domain_name
    hosted_zone_id = module.edge.hosted_zone_id
  }

  providers = {
    aws           = aws
    aws.us_east_1 = aws.us_east_1
  }
}
