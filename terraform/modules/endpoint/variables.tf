variable "name" {
  description = "Prefix of the function's and its role's name, as in velure-production."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}[a-z0-9]$", var.name))
    error_message = "name has 3 to 32 lower-case letters, digits and '-', starts with a letter and does not end with '-'."
  }
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
    condition     = var.route.memory_mb >= 128 && var.route.memory_mb <= 10240 && floor(var.route.memory_mb) == var.route.memory_mb
    error_message = "memory_mb must be a whole number from 128 to 10240."
  }

  validation {
    # API Gateway waits 30 s for an HTTP API's integration, and one of them is its own.
    condition     = var.route.timeout_s >= 1 && var.route.timeout_s <= 29 && floor(var.route.timeout_s) == var.route.timeout_s
    error_message = "timeout_s must be a whole number from 1 to 29."
  }

  validation {
    # 0 switches a function off.
    condition     = var.route.reserved_concurrency >= 1 && floor(var.route.reserved_concurrency) == var.route.reserved_concurrency
    error_message = "reserved_concurrency must be a whole number from 1."
  }

  validation {
    # With the longest name, a role's 64 characters.
    condition     = can(regex("^[a-z][a-z0-9-]*[a-z0-9]$", var.route.name)) && length("${var.name}-${var.route.name}") <= 64
    error_message = "A route's name has lower-case letters, digits and '-', and at most 64 characters together with the prefix."
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

variable "packages_bucket" {
  description = "The bucket that Lambda takes the zip from, in the function's region."
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

  validation {
    condition     = length(setintersection(keys(var.environment), [for variable in keys(var.secret_arns) : "${variable}_SECRET_ARN"])) == 0
    error_message = "environment sets a variable that secret_arns sets."
  }
}

variable "secret_arns" {
  description = "The secrets that the function reads, and may read, by the variable each fills."
  type        = map(string)

  validation {
    condition     = alltrue([for arn in values(var.secret_arns) : can(regex("^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[^*?]+$", arn))])
    error_message = "secret_arns are ARNs of single secrets, without wildcards."
  }
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

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731], var.log_retention_days)
    error_message = "log_retention_days is a retention CloudWatch Logs offers: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545 or 731."
  }
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

  validation {
    condition     = var.placement != "eks" || var.context_integration_id != null
    error_message = "A route on EKS needs context_integration_id."
  }
}

variable "alarm_topic_arn" {
  description = "Where the alarm tells."
  type        = string
}
