mock_provider "aws" {
  mock_resource "aws_route53_zone" {
    defaults = { zone_id = "Z0123456789ABCDEFGHIJ", name_servers = ["ns-1.awsdns-01.org", "ns-2.awsdns-02.com"] }
  }
}

mock_provider "aws" {
  alias = "us_east_1"

  mock_resource "aws_acm_certificate" {
    defaults = {
      arn                       = "arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"
      domain_validation_options = [{ domain_name = "shop.example.com", resource_record_name = "_a.shop.example.com", resource_record_type = "CNAME", resource_record_value = "_b.acm-validations.aws" }]
    }
  }
}

variables {
  name                 = "velure-test"
  domain_name          = "shop.example.com"
  health_check_enabled = true
  distribution         = { domain_name = "d111111abcdef8.cloudfront.net", hosted_zone_id = "Z2FDTNDATAQYW2" }
}

run "the_name_leads_to_the_distribution_over_both_protocols" {
  assert {
    condition     = toset(keys(aws_route53_record.shop)) == toset(["A", "AAAA"]) && aws_route53_record.shop["A"].alias[0].name == "d111111abcdef8.cloudfront.net"
    error_message = "IPv4 and IPv6 are aliases of the distribution."
  }

  assert {
    condition     = aws_route53_record.validation["shop.example.com"].name == "_a.shop.example.com" && aws_acm_certificate.this.validation_method == "DNS"
    error_message = "The certificate is proved by a record."
  }

  assert {
    condition     = length(output.name_servers) == 2
    error_message = "A zone that is made here has to be named at the registrar."
  }

  assert {
    condition     = aws_route53_health_check.shop[0].resource_path == "/api/health" && aws_route53_health_check.shop[0].type == "HTTPS"
    error_message = "The shop is asked from outside."
  }
}

run "a_zone_that_is_there_is_used" {
  variables {
    hosted_zone_id       = "ZEXISTING"
    health_check_enabled = false
  }

  assert {
    condition     = length(aws_route53_zone.this) == 0 && aws_route53_record.shop["A"].zone_id == "ZEXISTING" && output.name_servers == [] && output.health_check_id == null
    error_message = "Nothing is made beside it."
  }
}

run "the_certificate_is_waited_for" {
  assert {
    condition     = output.certificate_arn == aws_acm_certificate_validation.this.certificate_arn && aws_acm_certificate_validation.this.certificate_arn == aws_acm_certificate.this.arn
    error_message = "CloudFront refuses a certificate that is not issued."
  }

  assert {
    condition     = aws_acm_certificate_validation.this.validation_record_fqdns == toset([aws_route53_record.validation["shop.example.com"].fqdn])
    error_message = "It is issued when the record is there."
  }
}

run "an_address_in_the_place_of_a_name_is_refused" {
  command = plan

  variables {
    domain_name = "https://shop.example.com"
  }

  expect_failures = [var.domain_name]
}

run "a_name_with_capitals_is_refused" {
  command = plan

  variables {
    domain_name = "Shop.example.com"
  }

  expect_failures = [var.domain_name]
}
