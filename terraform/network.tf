data "aws_availability_zones" "available" {
  state = "available"

  # Local zones and the like take neither EKS nor RDS.
  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }
}

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_ec2_managed_prefix_list" "cloudfront" {
  name = "com.amazonaws.global.cloudfront.origin-facing"
}

locals {
  zones = slice(sort(data.aws_availability_zones.available.names), 0, 2)

  account = {
    partition = data.aws_partition.current.partition
    region    = var.region
    id        = data.aws_caller_identity.current.account_id
  }
}

module "vpc" {
  source = "./modules/vpc"

  name                    = var.name
  availability_zones      = local.zones
  egress_mode             = var.egress_mode
  flow_log_retention_days = var.log_retention_days
}

module "security_groups" {
  source = "./modules/security-groups"

  name                      = var.name
  vpc_id                    = module.vpc.vpc_id
  vpc_cidr_block            = module.vpc.cidr_block
  egress_mode               = var.egress_mode
  s3_prefix_list_id         = module.vpc.s3_prefix_list_id
  cloudfront_prefix_list_id = data.aws_ec2_managed_prefix_list.cloudfront.id
  documents_mode            = var.documents_mode
  messaging_mode            = var.messaging_mode
  rds_proxy_enabled         = var.rds_proxy_enabled
  collector                 = { cidrs = local.traces.cidrs, port = local.traces.port }
  alb_target_ports          = [local.ports.server, local.ports.gateway, local.ports.admin]
}

locals {
  # As the pods listen: functions/server, sse-gateway, and the port of every pod for probes and metrics.
  ports = { server = 8081, gateway = 8082, admin = 9090 }
}
