# What crosses the border of the VPC.

# CloudFront's VPC origin, the only way in from outside.
resource "aws_vpc_security_group_ingress_rule" "cloudfront" {
  #checkov:skip=CKV_AWS_260:The rule admits a prefix list, CloudFront's addresses.

  security_group_id = aws_security_group.this["alb"].id
  prefix_list_id    = var.cloudfront_prefix_list_id
  description       = "CloudFront"
  ip_protocol       = "tcp"
  from_port         = var.alb_listener_port
  to_port           = var.alb_listener_port
}

locals {
  https_callers = toset(["functions", "nodes"])

  # Secrets Manager, ECR and the other services of AWS, the shop's own HTTP API, the payment provider.
  https_targets = var.egress_mode == "nat" ? { internet = "0.0.0.0/0" } : { endpoints = var.vpc_cidr_block }

  https = {
    for pair in setproduct(local.https_callers, keys(local.https_targets)) :
    "${pair[0]} to ${pair[1]}" => { from = pair[0], cidr = local.https_targets[pair[1]] }
  }

  # Atlas names no addresses that stay. Its clusters listen on 27015 to 27017.
  atlas_callers = var.documents_mode == "atlas" ? local.https_callers : toset([])
}

resource "aws_vpc_security_group_egress_rule" "https" {
  for_each = local.https

  security_group_id = aws_security_group.this[each.value.from].id
  cidr_ipv4         = each.value.cidr
  description       = "HTTPS from ${each.key}"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_vpc_security_group_egress_rule" "s3" {
  for_each = var.egress_mode == "endpoints" ? local.https_callers : toset([])

  security_group_id = aws_security_group.this[each.key].id
  prefix_list_id    = var.s3_prefix_list_id
  description       = "HTTPS from ${each.key} to S3"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_vpc_security_group_egress_rule" "atlas" {
  for_each = local.atlas_callers

  security_group_id = aws_security_group.this[each.key].id
  cidr_ipv4         = "0.0.0.0/0"
  description       = "MongoDB Atlas from ${each.key}"
  ip_protocol       = "tcp"
  from_port         = 27015
  to_port           = 27017
}

resource "aws_vpc_security_group_egress_rule" "collector" {
  for_each = { for pair in setproduct(local.https_callers, var.collector.cidrs) : "${pair[0]} to ${pair[1]}" => { from = pair[0], cidr = pair[1] } }

  security_group_id = aws_security_group.this[each.value.from].id
  cidr_ipv4         = each.value.cidr
  description       = "Spans from ${each.key}"
  ip_protocol       = "tcp"
  from_port         = var.collector.port
  to_port           = var.collector.port
}
