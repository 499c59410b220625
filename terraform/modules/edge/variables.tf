variable "name" {
  description = "Prefix of names, as in velure-production."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}[a-z0-9]$", var.name))
    error_message = "name has 3 to 32 lower-case letters, digits and '-', starts with a letter and does not end with '-'."
  }
}

variable "account_id" {
  description = "The account; part of the bucket's name, which no two buckets of AWS share."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id has 12 digits."
  }
}

variable "web_dist" {
  description = "Folder of the built web application, as `make package` leaves it: index.html, assets/ and the rest."
  type        = string
}

variable "aliases" {
  description = "The shop's own domain names; empty for CloudFront's."
  type        = set(string)
  default     = []
}

variable "certificate_arn" {
  description = "The certificate of the aliases, in us-east-1 and issued; null without aliases."
  type        = string
  default     = null

  validation {
    condition     = var.certificate_arn == null || can(regex("^arn:[a-z-]+:acm:us-east-1:", var.certificate_arn))
    error_message = "certificate_arn is a certificate of us-east-1: CloudFront takes no other."
  }
}

variable "api_domain_name" {
  description = "The HTTP API's own host name."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9.-]+$", var.api_domain_name))
    error_message = "api_domain_name is a host name, without scheme, port or path."
  }
}

variable "origin_secret" {
  description = "What the header x-velure-origin carries to the API. It stands in state: CloudFront has no write-only header."
  type        = string
  sensitive   = true

  validation {
    # Functions refuse to start with a shorter one.
    condition     = length(var.origin_secret) >= 16
    error_message = "origin_secret has at least 16 characters."
  }
}

variable "load_balancer" {
  description = "The internal load balancer in front of the stream gateway."
  type = object({
    arn      = string
    dns_name = string
  })
}

variable "price_class" {
  description = "From which of CloudFront's locations the shop is served."
  type        = string

  validation {
    condition     = contains(["PriceClass_100", "PriceClass_200", "PriceClass_All"], var.price_class)
    error_message = "price_class must be PriceClass_100 (North America and Europe), PriceClass_200 or PriceClass_All."
  }
}

variable "web_acl_arn" {
  description = "A WAFv2 web ACL of scope CLOUDFRONT to put before the shop; null for none."
  type        = string
  default     = null

  validation {
    condition     = var.web_acl_arn == null || can(regex("^arn:[a-z-]+:wafv2:us-east-1:[0-9]{12}:global/webacl/", var.web_acl_arn))
    error_message = "web_acl_arn is a WAFv2 web ACL of scope CLOUDFRONT, which is in us-east-1."
  }
}
