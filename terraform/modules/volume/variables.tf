variable "name" {
  description = "The volume's name, as in velure-dev-rabbitmq."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,48}[a-z0-9]$", var.name))
    error_message = "name has 3 to 50 lower-case letters, digits and '-', starts with a letter and does not end with '-'."
  }
}

variable "availability_zone" {
  description = "Zone of the volume. Its pod runs on nodes of this zone only."
  type        = string
}

variable "size_gib" {
  description = "Size; it can grow, never shrink."
  type        = number
  default     = 8

  validation {
    condition     = var.size_gib >= 1 && var.size_gib <= 1024 && floor(var.size_gib) == var.size_gib
    error_message = "size_gib is 1 to 1024."
  }
}

variable "kms_key_arn" {
  description = "Key it is encrypted with; null for AWS's own (aws/ebs)."
  type        = string
  default     = null
}

variable "final_snapshot" {
  description = "Take a snapshot at destroy."
  type        = bool
  default     = false
}
