variable "name" {
  description = "The instance's identifier, as in velure-dev-auth; also the prefix of what belongs to it."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,40}[a-z0-9]$", var.name)) && !strcontains(var.name, "--")
    error_message = "name has 3 to 42 lower-case letters, digits and single '-', starts with a letter and does not end with '-'."
  }
}

variable "database_name" {
  description = "The database made with the instance."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9_]{0,62}$", var.database_name))
    error_message = "database_name has up to 63 lower-case letters, digits and '_' and starts with a letter."
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

variable "engine_version" {
  description = "PostgreSQL's major version. AWS chooses and updates the minor one."
  type        = string
  default     = "17"

  validation {
    condition     = contains(["16", "17"], var.engine_version)
    error_message = "engine_version is \"16\" or \"17\"."
  }
}

variable "instance_class" {
  description = "Size of the instance. db.t4g.micro has 1 GiB and takes about 110 connections."
  type        = string
  default     = "db.t4g.micro"

  validation {
    condition     = can(regex("^db\\.(t4g|m7g|r7g|m8g|r8g)\\.", var.instance_class))
    error_message = "instance_class is a current Graviton class: db.t4g.*, db.m7g.*, db.r7g.*, db.m8g.* or db.r8g.*."
  }
}

variable "storage_gib" {
  description = "Disk at first, and how far it may grow by itself. gp3, encrypted."
  type = object({
    allocated = number
    maximum   = number
  })
  default = { allocated = 20, maximum = 100 }

  validation {
    condition     = var.storage_gib.allocated >= 20 && var.storage_gib.maximum >= var.storage_gib.allocated * 1.1
    error_message = "storage_gib.allocated is 20 or more, and maximum at least a tenth above it."
  }
}

variable "kms_key_arn" {
  description = "Key for disk, snapshots and Performance Insights; null for AWS's own (aws/rds), which outlives this root as final snapshots must."
  type        = string
  default     = null
}

variable "master_username" {
  description = "Owner of the schema: migrations sign in as it, no service does."
  type        = string
  default     = "velure_admin"

  validation {
    condition     = can(regex("^[a-z][a-z0-9_]{0,15}$", var.master_username)) && !contains(["admin", "postgres", "rdsadmin"], var.master_username)
    error_message = "master_username has up to 16 lower-case letters, digits and '_', and is no name that RDS reserves."
  }
}

variable "master_password" {
  description = "Password of the owner. Write-only: in no plan and no state."
  type        = string
  ephemeral   = true
  sensitive   = true

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{16,128}$", var.master_password))
    error_message = "master_password has 16 to 128 letters, digits, '-' and '_': it stands in URLs, and RDS refuses '/', '@', '\"' and blanks."
  }
}

variable "master_password_version" {
  description = "Raise it to write master_password again."
  type        = number
}

variable "multi_az" {
  description = "Keep a standby in the other zone, at twice the price. Without it a lost zone means restoring from backup."
  type        = bool
  default     = false
}

variable "backup_retention_days" {
  description = "Days that any second can be restored from."
  type        = number
  default     = 7

  validation {
    condition     = var.backup_retention_days >= 1 && var.backup_retention_days <= 35
    error_message = "backup_retention_days is 1 to 35. Zero would turn backups off."
  }
}

variable "backup_window" {
  description = "Daily time for the backup, UTC, as in 02:00-03:00."
  type        = string
  default     = "02:00-03:00"

  validation {
    condition     = can(regex("^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$", var.backup_window))
    error_message = "backup_window looks like 02:00-03:00."
  }
}

variable "maintenance_window" {
  description = "Weekly time for patches, UTC, as in sun:05:00-sun:06:00. Give each database another day, so that one patch never takes both away."
  type        = string

  validation {
    condition     = can(regex("^(mon|tue|wed|thu|fri|sat|sun):([01][0-9]|2[0-3]):[0-5][0-9]-(mon|tue|wed|thu|fri|sat|sun):([01][0-9]|2[0-3]):[0-5][0-9]$", var.maintenance_window))
    error_message = "maintenance_window looks like sun:05:00-sun:06:00."
  }

  # Hours from the end of the backup to the start of maintenance and from the end of that to the next backup.
  validation {
    condition = alltrue([for gap in [
      try(tonumber(substr(var.maintenance_window, 4, 2)) * 60 + tonumber(substr(var.maintenance_window, 7, 2)) - tonumber(substr(var.backup_window, 6, 2)) * 60 - tonumber(substr(var.backup_window, 9, 2)), -1),
      try(tonumber(substr(var.backup_window, 0, 2)) * 60 + tonumber(substr(var.backup_window, 3, 2)) - tonumber(substr(var.maintenance_window, 14, 2)) * 60 - tonumber(substr(var.maintenance_window, 17, 2)), -1),
    ] : (gap + 1440) % 1440 >= 60])
    error_message = "Leave an hour or more between backup_window and maintenance_window: AWS refuses windows that touch."
  }
}

variable "monitoring_interval_seconds" {
  description = "Seconds between samples of the operating system (Enhanced Monitoring); 0 turns it off."
  type        = number
  default     = 60

  validation {
    condition     = contains([0, 1, 5, 10, 15, 30, 60], var.monitoring_interval_seconds)
    error_message = "monitoring_interval_seconds is 0, 1, 5, 10, 15, 30 or 60."
  }
}

variable "performance_insights_enabled" {
  description = "Keep seven days of wait events by statement; free."
  type        = bool
  default     = true
}

variable "log_retention_days" {
  description = "Days that PostgreSQL's log is kept in CloudWatch."
  type        = number
  default     = 30

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731], var.log_retention_days)
    error_message = "log_retention_days is a retention CloudWatch Logs offers: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545 or 731."
  }
}

variable "slow_statement_ms" {
  description = "Statements that take this long are logged, without the values bound to them."
  type        = number
  default     = 500

  validation {
    condition     = var.slow_statement_ms >= 0 && floor(var.slow_statement_ms) == var.slow_statement_ms
    error_message = "slow_statement_ms is a whole number of milliseconds, 0 or more."
  }
}

variable "max_connections" {
  description = "Connections PostgreSQL takes; null for RDS's formula (memory / 9,531,392 bytes, about 110 on db.t4g.micro). Changing it needs a restart."
  type        = number
  default     = null

  validation {
    condition     = var.max_connections == null || try(var.max_connections >= 20 && var.max_connections <= 5000, false)
    error_message = "max_connections is null or 20 to 5000."
  }
}

variable "deletion_protection" {
  description = "Refuse to delete the instance. `terraform destroy` then needs an apply with false first."
  type        = bool
  default     = false
}

variable "final_snapshot" {
  description = "Take a snapshot at destroy and keep it with the automated backups. Its name is new for each instance, so a second destroy does not collide."
  type        = bool
  default     = false
}

variable "ca_cert_identifier" {
  description = "The certificate authority of the server's certificate. Clients verify against the root of the same name in certificates/."
  type        = string
  default     = "rds-ca-rsa2048-g1"

  validation {
    condition     = var.ca_cert_identifier == "rds-ca-rsa2048-g1"
    error_message = "ca_cert_identifier is rds-ca-rsa2048-g1: the roots in certificates/ are of that authority."
  }
}

variable "proxy" {
  description = "RDS Proxy in front of the instance for functions, or null for none ($21.90 a month for a t4g.micro). `secret_arn` is a secret with `username` and `password`."
  type = object({
    subnet_ids         = list(string)
    security_group_ids = list(string)
    secret_arn         = string
  })
  default = null
}
