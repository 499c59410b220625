output "certificate_arn" {
  description = "The certificate, once it is issued."
  value       = aws_acm_certificate_validation.this.certificate_arn
}

output "name_servers" {
  description = "What the registrar has to name, when this module made the zone; else empty."
  value       = flatten(aws_route53_zone.this[*].name_servers)
}

output "health_check_id" {
  description = "The health check; null without one."
  value       = one(aws_route53_health_check.shop[*].id)
}
