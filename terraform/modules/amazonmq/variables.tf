variable "name" {
  description = "Prefix of every resource's name."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}[a-z0-9]$", var.name))
    error_message = "name has 3 to 32 lower-case letters, digits and '-', starts with a letter and does not end with '-'."
  }
}

variable "subnet_ids" {
  description = "Subnets of the data stores, one a zone. A single instance uses the first."
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

variable "engine_version" {
  description = "RabbitMQ's version. New brokers are 4.2; 3.13 cannot be upgraded in place."
  type        = string
  default     = "4.2"

  validation {
    condition     = can(regex("^4\\.[0-9]+$", var.engine_version))
    error_message = "engine_version is 4.<minor>, as in 4.2: AWS creates no other RabbitMQ brokers."
  }
}

variable "host_instance_type" {
  description = "Size of a broker. mq.m7g.medium ($99.79 a month in us-east-1) is the smallest that RabbitMQ 4 runs on."
  type        = string
  default     = "mq.m7g.medium"

  validation {
    condition     = can(regex("^mq\\.m7g\\.(medium|large|xlarge|2xlarge|4xlarge|8xlarge|12xlarge|16xlarge)$", var.host_instance_type))
    error_message = "host_instance_type is mq.m7g.medium or larger. AWS refuses mq.t* and mq.m5.* for RabbitMQ 4."
  }
}

variable "deployment_mode" {
  description = "`SINGLE_INSTANCE`, or `CLUSTER_MULTI_AZ` with three brokers at three times the price (m7g.large at least)."
  type        = string
  default     = "SINGLE_INSTANCE"

  validation {
    condition     = contains(["SINGLE_INSTANCE", "CLUSTER_MULTI_AZ"], var.deployment_mode)
    error_message = "deployment_mode is \"SINGLE_INSTANCE\" or \"CLUSTER_MULTI_AZ\": ACTIVE_STANDBY_MULTI_AZ is ActiveMQ's."
  }

  validation {
    condition     = var.deployment_mode == "SINGLE_INSTANCE" || var.host_instance_type != "mq.m7g.medium"
    error_message = "CLUSTER_MULTI_AZ needs host_instance_type mq.m7g.large or larger."
  }
}

variable "admin_username" {
  description = "The broker's first user, for the bootstrap Job only. Services get users of their own from `velure topology apply`."
  type        = string
  default     = "velure-admin"

  validation {
    condition     = can(regex("^[A-Za-z0-9_.~-]{2,100}$", var.admin_username)) && var.admin_username != "guest"
    error_message = "admin_username has 2 to 100 letters, digits, '-', '.', '_' or '~', and is not \"guest\"."
  }
}

variable "maintenance_window" {
  description = "Weekly start of a two-hour time for patches, UTC. A single instance is away for some minutes in it; orders wait in the outbox meanwhile."
  type = object({
    day_of_week = string
    time_of_day = string
  })
  default = { day_of_week = "WEDNESDAY", time_of_day = "04:00" }

  validation {
    condition     = contains(["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"], var.maintenance_window.day_of_week) && can(regex("^([01][0-9]|2[0-3]):[0-5][0-9]$", var.maintenance_window.time_of_day))
    error_message = "maintenance_window is a day as in WEDNESDAY and a time as in 04:00."
  }
}

variable "logs_enabled" {
  description = "Send the broker's log to CloudWatch. Off, because Amazon MQ makes the log groups itself (/aws/amazonmq/broker/<id>/…): they keep their content for ever and stay after `terraform destroy`."
  type        = bool
  default     = false
}
