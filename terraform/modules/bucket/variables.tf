variable "name" {
  description = "Name of the bucket, which no two buckets of AWS share."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.name))
    error_message = "name has 3 to 63 lower-case letters, digits and '-', and neither starts nor ends with '-'."
  }
}

variable "readers" {
  description = "Services of AWS that may read it, each for one resource only, by a name of your own."
  type = map(object({
    service    = string
    source_arn = string
  }))
  default = {}
}
