# Every password of the installation: generated, kept in Secrets Manager, and read back from there.
#
# Read back, because a generated value is another one in each run: when an apply ends half-way, the next one has to give
# a database the password that is already in its URL. None is in a plan or in the state.

locals {
  password_sets = {
    # Another secrets_version makes all of these anew.
    passwords = {
      version     = var.secrets_version
      description = "Every generated password but the administrators', for Terraform only"
      names = toset([
        "auth_master",
        "orders_master",
        "auth_api",
        "orders_api",
        "relay",
        "gateway",
        "fulfilment",
        "amqp_relay",
        "amqp_processor",
        "mongodb",
      ])
    }

    # RabbitMQ and MongoDB in the cluster take their administrator's password at their first start and from then on know
    # no other. Only the bootstrap Job signs in with it.
    administrators = {
      version     = 1
      description = "Administrators of the servers in the cluster, for Terraform only"
      names       = toset(["rabbitmq_admin", "mongodb_admin"])
    }
  }

  stored = { for key, set in local.password_sets : key => set if !var.given_passwords_enabled }

  # 48 letters and digits are 285 bits, and need no quoting in a URL, a shell or SQL.
  passwords = var.given_passwords_enabled ? var.given_passwords : merge([
    for read in ephemeral.aws_secretsmanager_secret_version.passwords : jsondecode(read.secret_string)
  ]...)
}

variable "given_passwords_enabled" {
  description = "Take passwords from given_passwords instead of generating them, as for an installation that is restored from snapshots."
  type        = bool
  default     = false
}

variable "given_passwords" {
  description = "Every password by name (see passwords.tf), with given_passwords_enabled. Give it to every plan and apply; it is kept in no plan and no state."
  type        = map(string)
  ephemeral   = true
  sensitive   = true
  default     = null
}

ephemeral "aws_secretsmanager_random_password" "generated" {
  provider = aws.passwords
  for_each = toset(flatten([for set in local.stored : tolist(set.names)]))

  password_length     = 48
  exclude_punctuation = true
}

resource "aws_secretsmanager_secret" "passwords" {
  for_each = local.stored

  name                    = "${var.name}/${each.key}"
  description             = each.value.description
  recovery_window_in_days = var.secrets_recovery_window_days
}

resource "aws_secretsmanager_secret_version" "passwords" {
  for_each = local.stored

  secret_id                = aws_secretsmanager_secret.passwords[each.key].id
  secret_string_wo         = jsonencode({ for name in each.value.names : name => ephemeral.aws_secretsmanager_random_password.generated[name].random_password })
  secret_string_wo_version = each.value.version
}

# By the version's attribute, not the secret's: it is unknown until a value was written, and reading waits for that.
ephemeral "aws_secretsmanager_secret_version" "passwords" {
  provider = aws.passwords
  for_each = local.stored

  secret_id = aws_secretsmanager_secret_version.passwords[each.key].arn
}
