variable "name" {
  description = "Prefix of every secret's name: <name>/<secret>."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}[a-z0-9]$", var.name))
    error_message = "name has 3 to 32 lower-case letters, digits and '-', starts with a letter and does not end with '-'."
  }
}

variable "namespace" {
  description = "Kubernetes namespace of the services in the cluster, for the host names of an in-cluster broker."
  type        = string
  default     = "velure"
}

variable "recovery_window_days" {
  description = "Days a deleted secret can be brought back. 0 deletes at once, which lets the next apply use the same names."
  type        = number
  default     = 0

  validation {
    condition     = var.recovery_window_days == 0 || (var.recovery_window_days >= 7 && var.recovery_window_days <= 30)
    error_message = "recovery_window_days is 0, or 7 to 30."
  }
}

variable "kms_key_arn" {
  description = "Key the secrets are encrypted with; null for AWS's own (aws/secretsmanager)."
  type        = string
  default     = null
}

variable "secrets_version" {
  description = "Raise it together with the root's passwords, to write every secret again."
  type        = number
  default     = 1

  validation {
    condition     = var.secrets_version >= 1 && floor(var.secrets_version) == var.secrets_version
    error_message = "secrets_version is a whole number from 1."
  }
}

variable "passwords" {
  description = "Every password of the installation by the name of its user, from passwords.tf of the root. Write-only: in no plan and no state."
  type = object({
    auth_master    = string
    orders_master  = string
    auth_api       = string
    orders_api     = string
    relay          = string
    gateway        = string
    fulfilment     = string
    amqp_relay     = string
    amqp_processor = string
    rabbitmq_admin = string
    mongodb_admin  = string
    mongodb        = string
  })
  ephemeral = true
  sensitive = true

  validation {
    condition     = alltrue([for password in values(var.passwords) : can(regex("^[A-Za-z0-9_-]{16,128}$", password))])
    error_message = "Every password has 16 to 128 letters, digits, '-' and '_': they stand in URLs and SQL."
  }
}

variable "auth_database" {
  description = "The auth context's PostgreSQL. `functions_address` is RDS Proxy when there is one, else null; `ca_certificate` is the PEM root of the instance."
  type = object({
    address           = string
    port              = number
    name              = string
    master_username   = string
    functions_address = optional(string)
    ca_certificate    = string
  })
}

variable "orders_database" {
  description = "The orders and fulfilment contexts' PostgreSQL, as auth_database."
  type = object({
    address           = string
    port              = number
    name              = string
    master_username   = string
    functions_address = optional(string)
    ca_certificate    = string
  })
}

variable "rds_proxy_enabled" {
  description = "Also keep what RDS Proxy signs in with: auth-proxy and orders-proxy, {username, password}."
  type        = bool
  default     = false
}

variable "redis" {
  description = "Where Redis is. TLS only."
  type = object({
    address = string
    port    = number
  })
}

variable "redis_auth_token" {
  description = "Redis's password."
  type        = string
  sensitive   = true
}

variable "broker" {
  description = "Amazon MQ's host name and first user, or null for the RabbitMQ in the cluster."
  type = object({
    host           = string
    admin_username = string
  })
  default = null
}

variable "broker_admin_password" {
  description = "Password of Amazon MQ's first user; null for the RabbitMQ in the cluster, whose is passwords.rabbitmq_admin."
  type        = string
  sensitive   = true
  default     = null

  validation {
    condition     = (var.broker_admin_password == null) == (var.broker == null)
    error_message = "broker and broker_admin_password are given together or not at all."
  }
}

variable "documents_mode" {
  description = "Where the documents are: `in_cluster`, `documentdb` or `atlas`."
  type        = string

  validation {
    condition     = contains(["in_cluster", "documentdb", "atlas"], var.documents_mode)
    error_message = "documents_mode is \"in_cluster\", \"documentdb\" or \"atlas\"."
  }
}

variable "documents_connection" {
  description = "The output `connection` of the documents module; null with documents_mode `atlas`."
  type = object({
    username       = string
    database       = string
    functions_host = string
    pods_host      = string
    options        = map(string)
  })
  default = null

  validation {
    condition     = (var.documents_connection == null) == (var.documents_mode == "atlas")
    error_message = "documents_connection is given in every mode but \"atlas\"."
  }
}

variable "atlas_uri" {
  description = "The whole URI of a MongoDB elsewhere, with user, password and TLS; for documents_mode `atlas`. Write-only: in no plan and no state."
  type        = string
  ephemeral   = true
  sensitive   = true
  default     = null

  validation {
    condition     = var.documents_mode != "atlas" || can(regex("^mongodb(\\+srv)?://[^:/@]+:[^@]+@", var.atlas_uri))
    error_message = "atlas_uri looks like mongodb+srv://user:password@cluster.example.mongodb.net/velure. Give it to every plan and apply, best as TF_VAR_atlas_uri."
  }
}
