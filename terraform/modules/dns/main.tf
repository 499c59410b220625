locals {
  zone_id = var.hosted_zone_id == null ? aws_route53_zone.this[0].zone_id : var.hosted_zone_id
}

resource "aws_route53_zone" "this" {
  count = var.hosted_zone_id == null ? 1 : 0

  name    = var.domain_name
  comment = var.name
  # Holds only what this module writes.
  force_destroy = true
}

resource "aws_acm_certificate" "this" {
  provider = aws.us_east_1

  domain_name       = var.domain_name
  validation_method = "DNS"

  # CloudFront uses the old one until it has the new one.
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_route53_record" "validation" {
  # One record for the one name of the certificate. Keyed by what is known before the certificate is.
  for_each = toset([var.domain_name])

  zone_id         = local.zone_id
  name            = one([for option in aws_acm_certificate.this.domain_validation_options : option.resource_record_name if option.domain_name == each.key])
  type            = one([for option in aws_acm_certificate.this.domain_validation_options : option.resource_record_type if option.domain_name == each.key])
  records         = [one([for option in aws_acm_certificate.this.domain_validation_options : option.resource_record_value if option.domain_name == each.key])]
  ttl             = 300
  allow_overwrite = true
}

resource "aws_acm_certificate_validation" "this" {
  provider = aws.us_east_1

  certificate_arn         = aws_acm_certificate.this.arn
  validation_record_fqdns = [for record in aws_route53_record.validation : record.fqdn]

  # Minutes, once the registrar names the zone's servers; never, before.
  timeouts {
    create = "45m"
  }
}

resource "aws_route53_record" "shop" {
  for_each = toset(["A", "AAAA"])

  zone_id = local.zone_id
  name    = var.domain_name
  type    = each.key

  alias {
    name                   = var.distribution.domain_name
    zone_id                = var.distribution.hosted_zone_id
    evaluate_target_health = false
  }
}

resource "aws_route53_health_check" "shop" {
  count = var.health_check_enabled ? 1 : 0

  type              = "HTTPS"
  fqdn              = var.domain_name
  port              = 443
  resource_path     = "/api/health"
  request_interval  = 30
  failure_threshold = 3

  tags = { Name = "${var.name}-shop" }
}
