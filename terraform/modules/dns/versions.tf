terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100.0, < 6.0.0"
      # CloudFront takes certificates from us-east-1 and publishes its metrics there, whatever the shop's region.
      configuration_aliases = [aws.us_east_1]
    }
  }
}
