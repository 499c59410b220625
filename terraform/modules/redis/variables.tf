variable "name" {
  description = "Prefix of every resource's name."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}[a-z0-9]$", var.name))
    error_message = "name has 3 to 32 lower-case letters, digits and '-', starts with a letter and does not end with '-'."
  }
}

variable "subnet_ids" {
  description = "Subnets of the data stores, one a zone."
  type        = list(string)

  validation {
    condition     = length(var.subnet_ids) >= 2
    error_message = "subnet_ids names at least two subnets."
  }
}

variable "security_group_ids" {
  description = "Groups that say who may connect."
  type        = list(string)

  validation {
    condition     = length(var.security_group_ids) > 0
    error_message = "security_group_ids names at least one group."
  }
}

variable "engine" {
  description = "`valkey` ($9.34 a month for cache.t4g.micro in us-east-1) or `redis` ($11.68)."
  type        = string
  default     = "valkey"

  validation {
    condition     = contains(["valkey", "redis"], var.engine)
    error_message = "engine is \"valkey\" or \"redis\"."
  }
}

variable "node_type" {
  description = "Size of a node. Everything in Redis is a hint that may be lost, so the smallest does."
  type        = string
  default     = "cache.t4g.micro"

  validation {
    condition     = can(regex("^cache\\.(t4g|m7g|r7g)\\.", var.node_type))
    error_message = "node_type is a current Graviton type: cache.t4g.*, cache.m7g.* or cache.r7g.*."
  }
}

variable "replicas" {
  description = "Copies in the other zone beside the primary. With one or more, a failure of the primary ends in a promotion instead of an empty start."
  type        = number
  default     = 0

  validation {
    condition     = contains([0, 1, 2], var.replicas)
    error_message = "replicas is 0, 1 or 2."
  }
}

variable "maintenance_window" {
  description = "Weekly time for patches, UTC. Keep it apart from the databases' and the broker's."
  type        = string
  default     = "thu:04:00-thu:05:00"

  validation {
    condition     = can(regex("^(mon|tue|wed|thu|fri|sat|sun):[0-2][0-9]:[0-5][0-9]-(mon|tue|wed|thu|fri|sat|sun):[0-2][0-9]:[0-5][0-9]$", var.maintenance_window))
    error_message = "maintenance_window looks like thu:04:00-thu:05:00."
  }
}

variable "log_retention_days" {
  description = "Days that slow commands and engine messages are kept."
  type        = number
  default     = 30

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731], var.log_retention_days)
    error_message = "log_retention_days is a retention CloudWatch Logs offers: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545 or 731."
  }
}
