output "domain_name" {
  description = "CloudFront's name for the shop."
  value       = aws_cloudfront_distribution.this.domain_name
}

output "hosted_zone_id" {
  description = "The zone that an alias record of the shop's domain names."
  value       = aws_cloudfront_distribution.this.hosted_zone_id
}

output "distribution_id" {
  description = "The distribution."
  value       = aws_cloudfront_distribution.this.id
}

output "bucket" {
  description = "The bucket of the pages."
  value       = module.web.name
}
