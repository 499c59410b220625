variable "name" {
  description = "Name of the load balancer, as in velure-production; at most 32 characters."
  type        = string

  validation {
    condition     = length(var.name) <= 32
    error_message = "A load balancer's name has at most 32 characters."
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
}

variable "gateway_port" {
  description = "The port on which the stream gateway's pods serve browsers."
  type        = number
}

variable "admin_port" {
  description = "The port on which pods say whether they are ready."
  type        = number
}

variable "deletion_protection" {
  description = "Whether the load balancer refuses to be deleted."
  type        = bool
}
