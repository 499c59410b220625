variable "name" {
  description = "Prefix of names, as in velure-production."
  type        = string
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
}

variable "admin_port" {
  description = "The port on which the pods say whether they are ready."
  type        = number
}

variable "listener_arn" {
  description = "The internal load balancer's listener."
  type        = string
}

variable "priority" {
  description = "The listener rule's priority; no two rules share one."
  type        = number
}
