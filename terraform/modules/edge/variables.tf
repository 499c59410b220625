variable "name" {
  description = "Prefix of names, as in velure-production."
  type        = string
}

variable "account_id" {
  description = "The account; part of the bucket's name, which no two buckets of AWS share."
  type        = string
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
}

variable "api_endpoint" {
  description = "The HTTP API's own URL."
  type        = string
}

variable "origin_secret" {
  description = "What the header x-velure-origin carries to the API. It stands in state: CloudFront has no write-only header."
  type        = string
  sensitive   = true
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
}
