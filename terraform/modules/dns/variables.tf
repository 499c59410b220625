variable "name" {
  description = "Prefix of names, as in velure-production."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}[a-z0-9]$", var.name))
    error_message = "name has 3 to 32 lower-case letters, digits and '-', starts with a letter and does not end with '-'."
  }
}

variable "domain_name" {
  description = "The shop's own name, such as shop.example.com."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,}$", var.domain_name))
    error_message = "domain_name must be a host name in lower case, such as shop.example.com."
  }
}

variable "hosted_zone_id" {
  description = "The Route 53 zone of the domain, when there is one; null makes a zone, whose name servers have to be set at the registrar."
  type        = string
  default     = null
}

variable "distribution" {
  description = "What the domain leads to."
  type = object({
    domain_name    = string
    hosted_zone_id = string
  })
}

variable "health_check_enabled" {
  description = "Whether Route 53 asks the shop every 30 s whether it answers."
  type        = bool
}
