variable "name" {
  description = "Name of the load balancer, as in velure-production; at most 32 characters."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}[a-z0-9]$", var.name)) && !startswith(var.name, "internal-")
    error_message = "name has 3 to 32 lower-case letters, digits and '-', starts with a letter, does not end with '-', and does not start with \"internal-\", which AWS keeps for itself."
  }
}

variable "vpc_id" {
  description = "The VPC of the pods."
  type        = string
}

variable "subnet_ids" {
  description = "Private subnets, at least two, each in a zone of its own."
  type        = list(string)

  validation {
    condition     = length(var.subnet_ids) >= 2
    error_message = "A load balancer needs subnets in two zones."
  }
}

variable "security_group_ids" {
  description = "The load balancer's security groups."
  type        = list(string)

  validation {
    condition     = length(var.security_group_ids) > 0
    error_message = "security_group_ids names at least one group."
  }
}

variable "gateway_port" {
  description = "The port on which the stream gateway's pods serve browsers."
  type        = number

  validation {
    condition     = var.gateway_port >= 1 && var.gateway_port <= 65535 && floor(var.gateway_port) == var.gateway_port
    error_message = "gateway_port is a port: 1 to 65535."
  }
}

variable "admin_port" {
  description = "The port on which pods say whether they are ready."
  type        = number

  validation {
    condition     = var.admin_port >= 1 && var.admin_port <= 65535 && floor(var.admin_port) == var.admin_port
    error_message = "admin_port is a port: 1 to 65535."
  }
}

variable "deletion_protection" {
  description = "Whether the load balancer refuses to be deleted."
  type        = bool
}
