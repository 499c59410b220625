variable "name" {
  description = "Prefix of the function's and its role's name, as in velure-production."
  type        = string
}

variable "route" {
  description = "One row of functions/routes.json. method and path are null for the fallback, which answers what no route names."
  type = object({
    name                 = string
    context              = string
    method               = optional(string)
    path                 = optional(string)
    memory_mb            = number
    timeout_s            = number
    reserved_concurrency = number
  })

  validation {
    condition     = (var.route.method == null) == (var.route.path == null)
    error_message = "A route has both a method and a path, the fallback neither."
  }

  validation {
    condition     = var.route.memory_mb >= 128 && var.route.memory_mb <= 10240
    error_message = "memory_mb must be between 128 and 10240."
  }

  validation {
    # API Gateway waits 30 s for an HTTP API's integration, and one of them is its own.
    condition     = var.route.timeout_s >= 1 && var.route.timeout_s <= 29
    error_message = "timeout_s must be between 1 and 29."
  }
}

variable "account" {
  description = "Where the function runs, for ARNs; passed in, so that 27 endpoints do not ask AWS 27 times."
  type = object({
    partition = string
    region    = string
    id        = string
  })
}

variable "placement" {
  description = "Where the route is answered: lambda (a function of its own) or eks (the context's pods)."
  type        = string

  validation {
    condition     = contains(["lambda", "eks"], var.placement)
    error_message = "placement must be lambda or eks."
  }
}

variable "package" {
  description = "Path of the function's zip, as `make package` writes it."
  type        = string
}

variable "architecture" {
  description = "What the zip was built for."
  type        = string

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "architecture must be arm64 or x86_64."
  }
}

variable "environment" {
  description = "Variables of the function that are no secrets."
  type        = map(string)
}

variable "secret_arns" {
  description = "The secrets that the function reads, and may read, by the variable each fills."
  type        = map(string)
}

variable "secrets_key_arn" {
  description = "The KMS key that the secrets are encrypted with; null for the account's aws/secretsmanager."
  type        = string
  default     = null
}

variable "vpc" {
  description = "The VPC that the function reaches its stores in; null for a function without any."
  type = object({
    subnet_ids         = set(string)
    security_group_ids = set(string)
  })
  default = null
}

variable "reserved_concurrency_enabled" {
  description = "Whether the row's reserved concurrency is set. It is what keeps functions from using up a database's connections."
  type        = bool
}

variable "log_retention_days" {
  description = "How long CloudWatch keeps the function's log."
  type        = number
}

variable "api" {
  description = "The HTTP API that calls the function."
  type = object({
    id            = string
    execution_arn = string
  })
}

variable "context_integration_id" {
  description = "The integration of the context's pods; used with placement eks."
  type        = string
  default     = null
}

variable "alarm_topic_arn" {
  description = "Where the alarm tells."
  type        = string
}
