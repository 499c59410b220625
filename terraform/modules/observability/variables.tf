variable "name" {
  description = "Prefix of names, as in velure-production."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}[a-z0-9]$", var.name))
    error_message = "name has 3 to 32 lower-case letters, digits and '-', starts with a letter and does not end with '-'."
  }
}

variable "account" {
  description = "The account and region of the alarms."
  type = object({
    id     = string
    region = string
  })
}

variable "alarm_emails" {
  description = "Who is told of alarms. Each address has to confirm the mail that AWS sends it."
  type        = set(string)

  validation {
    condition     = alltrue([for address in var.alarm_emails : can(regex("^[^@ ]+@[^@ ]+\\.[^@ ]+$", address))])
    error_message = "alarm_emails must be e-mail addresses."
  }
}

variable "api_id" {
  description = "The HTTP API."
  type        = string
}

variable "distribution_id" {
  description = "The CloudFront distribution."
  type        = string
}

variable "load_balancer" {
  description = "The internal load balancer and its target groups, by context or pod, as CloudWatch names them."
  type = object({
    arn_suffix    = string
    target_groups = map(string)
  })
}

variable "functions" {
  description = "Names of the functions, by route, for the dashboard."
  type        = map(string)
}

variable "databases" {
  description = "RDS instances by what they hold."
  type        = map(string)
}

variable "cache" {
  description = "The cache cluster, as CloudWatch names it."
  type        = string
}

variable "broker" {
  description = "The Amazon MQ broker's name; null when RabbitMQ runs in the cluster."
  type        = string
  default     = null
}

variable "dead_letter_queues" {
  description = "Queues in which nothing may wait (crates/amqp/topology.json)."
  type        = set(string)
}

variable "work_queues" {
  description = "Queues that consumers empty (crates/amqp/topology.json)."
  type        = set(string)
}

variable "health_check" {
  description = "The Route 53 health check; null without one. An object, since its id is not known before the first apply."
  type = object({
    id = string
  })
  default = null
}

variable "cluster_name" {
  description = "The EKS cluster; its name is on the dashboard."
  type        = string
}
