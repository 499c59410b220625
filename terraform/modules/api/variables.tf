variable "name" {
  description = "Name of the API, as in velure-production."
  type        = string
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
}

variable "log_retention_days" {
  description = "How long CloudWatch keeps the access log."
  type        = number
}

variable "vpc_link" {
  description = "How the API reaches the internal load balancer: null while every context runs on Lambda."
  type = object({
    subnet_ids         = set(string)
    security_group_ids = set(string)
  })
  default = null
}
