locals {
  # What `make cloud-down` looks for after a destroy, and what the load balancer controller may touch.
  tags = {
    "velure:name" = var.name
    "managed-by"  = "terraform"
  }
}

provider "aws" {
  region = var.region

  default_tags {
    tags = local.tags
  }
}

# Certificates of CloudFront, and its metrics, are there and nowhere else.
provider "aws" {
  alias  = "us_east_1"
  region = "us-east-1"

  default_tags {
    tags = local.tags
  }
}

# For passwords.tf alone: tests replace the other two by mocks, and there are no mocks of ephemeral values.
provider "aws" {
  alias  = "passwords"
  region = var.region

  default_tags {
    tags = local.tags
  }
}
