variable "name" {
  description = "Name of the API, as in velure-production."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}[a-z0-9]$", var.name))
    error_message = "name has 3 to 32 lower-case letters, digits and '-', starts with a letter and does not end with '-'."
  }
}

variable "throttles" {
  description = "Requests per second and burst of each route, by route key. A key must name a route that exists: take it from the route's output."
  type = map(object({
    rate  = number
    burst = number
  }))

  validation {
    condition     = alltrue([for throttle in values(var.throttles) : throttle.rate > 0 && throttle.burst >= throttle.rate])
    error_message = "A throttle needs a rate above 0 and a burst of at least the rate."
  }
}

variable "fallback_throttle" {
  description = "Requests per second and burst of everything that no route names."
  type = object({
    rate  = number
    burst = number
  })

  validation {
    condition     = var.fallback_throttle.rate > 0 && var.fallback_throttle.burst >= var.fallback_throttle.rate
    error_message = "A throttle needs a rate above 0 and a burst of at least the rate."
  }
}

variable "log_retention_days" {
  description = "How long CloudWatch keeps the access log."
  type        = number

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731], var.log_retention_days)
    error_message = "log_retention_days is a retention CloudWatch Logs offers: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545 or 731."
  }
}

variable "vpc_link" {
  description = "How the API reaches the internal load balancer: null while every context runs on Lambda."
  type = object({
    subnet_ids         = set(string)
    security_group_ids = set(string)
  })
  default = null

  validation {
    condition     = var.vpc_link == null || try(length(var.vpc_link.subnet_ids) >= 2 && length(var.vpc_link.security_group_ids) > 0, false)
    error_message = "A VPC link needs subnets in two zones and at least one security group."
  }
}
