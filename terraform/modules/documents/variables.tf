variable "name" {
  description = "Prefix of every resource's name."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,24}[a-z0-9]$", var.name))
    error_message = "name has 3 to 26 lower-case letters, digits and '-', starts with a letter and does not end with '-': load balancers' names end at 32."
  }
}

variable "mode" {
  description = "`in_cluster`: a MongoDB replica set of one in EKS (Helm chart mongodb). `documentdb`: Amazon DocumentDB. `atlas`: a cluster elsewhere, by its URI."
  type        = string
  default     = "in_cluster"

  validation {
    condition     = contains(["in_cluster", "documentdb", "atlas"], var.mode)
    error_message = "mode is \"in_cluster\", \"documentdb\" or \"atlas\"."
  }
}

variable "reachable_from_functions" {
  description = "With mode `in_cluster`: put an internal network load balancer ($16.43 a month) before the pod. Functions on Lambda have no other way to a pod. False when the catalogue is on EKS."
  type        = bool
  default     = true
}

variable "namespace" {
  description = "Kubernetes namespace of the MongoDB in the cluster."
  type        = string
  default     = "velure"
}

variable "vpc_id" {
  description = "The VPC."
  type        = string
}

variable "availability_zone" {
  description = "Zone of the volume of mode `in_cluster`."
  type        = string
}

variable "volume_gib" {
  description = "Size of the volume of mode `in_cluster`."
  type        = number
  default     = 8

  validation {
    condition     = var.volume_gib >= 1 && var.volume_gib <= 1024
    error_message = "volume_gib is 1 to 1024."
  }
}

variable "load_balancer_subnet_ids" {
  description = "Private subnets for the load balancer of mode `in_cluster`."
  type        = list(string)

  validation {
    condition     = length(var.load_balancer_subnet_ids) >= 2
    error_message = "load_balancer_subnet_ids names at least two subnets."
  }
}

variable "subnet_ids" {
  description = "Subnets of the data stores, one a zone; for mode `documentdb`."
  type        = list(string)

  validation {
    condition     = length(var.subnet_ids) >= 2
    error_message = "subnet_ids names at least two subnets."
  }
}

variable "security_group_ids" {
  description = "Groups that say who may connect; empty with mode `atlas`."
  type        = list(string)

  validation {
    condition     = var.mode == "atlas" || length(var.security_group_ids) > 0
    error_message = "security_group_ids names at least one group, except with mode \"atlas\"."
  }
}

variable "username" {
  description = "The database user. With mode `atlas` the URI names its own."
  type        = string
  default     = "velure"

  validation {
    condition     = can(regex("^[a-z][a-z0-9_]{0,30}$", var.username))
    error_message = "username has up to 31 lower-case letters, digits and '_' and starts with a letter."
  }
}

variable "password" {
  description = "Password of the database user. Write-only: in no plan and no state."
  type        = string
  ephemeral   = true
  sensitive   = true

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{16,100}$", var.password))
    error_message = "password has 16 to 100 letters, digits, '-' and '_': it stands in a URI."
  }
}

variable "password_version" {
  description = "Raise it to write the password again."
  type        = number
}

variable "engine_version" {
  description = "DocumentDB's version. 5.0 has the transactions over collections that reservations need."
  type        = string
  default     = "5.0.0"

  validation {
    condition     = can(regex("^5\\.[0-9]+\\.[0-9]+$", var.engine_version))
    error_message = "engine_version is 5.x.y."
  }
}

variable "instance_class" {
  description = "Size of a DocumentDB instance. db.t4g.medium is the smallest."
  type        = string
  default     = "db.t4g.medium"

  validation {
    condition     = can(regex("^db\\.(t4g|r6g|r8g)\\.", var.instance_class))
    error_message = "instance_class is a current Graviton class: db.t4g.*, db.r6g.* or db.r8g.*."
  }
}

variable "instance_count" {
  description = "DocumentDB instances. From two on, a lost one means a promotion within a minute."
  type        = number
  default     = 1

  validation {
    condition     = var.instance_count >= 1 && var.instance_count <= 16
    error_message = "instance_count is 1 to 16."
  }
}

variable "backup_retention_days" {
  description = "Days that any second can be restored from (DocumentDB)."
  type        = number
  default     = 7

  validation {
    condition     = var.backup_retention_days >= 1 && var.backup_retention_days <= 35
    error_message = "backup_retention_days is 1 to 35."
  }
}

variable "backup_window" {
  description = "Daily time for the backup, UTC (DocumentDB)."
  type        = string
  default     = "02:00-03:00"
}

variable "maintenance_window" {
  description = "Weekly time for patches, UTC (DocumentDB). Keep it apart from the databases' and the broker's."
  type        = string
  default     = "fri:05:00-fri:06:00"
}

variable "log_retention_days" {
  description = "Days that DocumentDB's audit and profiler logs are kept."
  type        = number
  default     = 30

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731], var.log_retention_days)
    error_message = "log_retention_days is a retention CloudWatch Logs offers: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545 or 731."
  }
}

variable "kms_key_arn" {
  description = "Key for disk and snapshots (DocumentDB); null for AWS's own (aws/rds)."
  type        = string
  default     = null
}

variable "deletion_protection" {
  description = "Refuse to delete the cluster (DocumentDB). `terraform destroy` then needs an apply with false first."
  type        = bool
  default     = false
}

variable "final_snapshot" {
  description = "Take a snapshot at destroy, of the DocumentDB cluster or of the volume in the cluster."
  type        = bool
  default     = false
}
