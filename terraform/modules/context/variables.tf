variable "name" {
  description = "Prefix of names, as in velure-production."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}[a-z0-9]$", var.name))
    error_message = "name has 3 to 32 lower-case letters, digits and '-', starts with a letter and does not end with '-'."
  }
}

variable "context" {
  description = "The bounded context that runs on EKS: auth, catalog or orders."
  type        = string

  validation {
    condition     = contains(["auth", "catalog", "orders"], var.context)
    error_message = "context must be auth, catalog or orders."
  }
}

variable "vpc_id" {
  description = "The VPC of the pods."
  type        = string
}

variable "port" {
  description = "The port on which the pods serve requests."
  type        = number

  validation {
    condition     = var.port >= 1 && var.port <= 65535 && floor(var.port) == var.port
    error_message = "port is a port: 1 to 65535."
  }
}

variable "admin_port" {
  description = "The port on which the pods say whether they are ready."
  type        = number

  validation {
    condition     = var.admin_port >= 1 && var.admin_port <= 65535 && floor(var.admin_port) == var.admin_port
    error_message = "admin_port is a port: 1 to 65535."
  }
}

variable "listener_arn" {
  description = "The internal load balancer's listener."
  type        = string
}

variable "priority" {
  description = "The listener rule's priority; no two rules share one."
  type        = number

  validation {
    condition     = var.priority >= 2 && var.priority <= 50000 && floor(var.priority) == var.priority
    error_message = "priority is a whole number from 2 to 50000: 1 is the streams' rule."
  }
}
