locals {
  proxies = var.proxy == null ? {} : { functions = var.proxy }
}

resource "aws_db_proxy" "this" {
  for_each = local.proxies

  name                   = var.name
  engine_family          = "POSTGRESQL"
  role_arn               = aws_iam_role.proxy[each.key].arn
  require_tls            = true
  idle_client_timeout    = 1800
  vpc_subnet_ids         = each.value.subnet_ids
  vpc_security_group_ids = each.value.security_group_ids

  auth {
    auth_scheme               = "SECRETS"
    iam_auth                  = "DISABLED"
    client_password_auth_type = "POSTGRES_SCRAM_SHA_256"
    secret_arn                = each.value.secret_arn
  }

  depends_on = [
    aws_iam_role_policy.proxy,
    aws_cloudwatch_log_group.proxy,
  ]
}

resource "aws_db_proxy_default_target_group" "this" {
  for_each = local.proxies

  db_proxy_name = aws_db_proxy.this[each.key].name

  # The rest is for pods, which connect directly, and for migrations.
  connection_pool_config {
    max_connections_percent      = 60
    max_idle_connections_percent = 30
    connection_borrow_timeout    = 5
  }
}

resource "aws_db_proxy_target" "this" {
  for_each = local.proxies

  db_proxy_name          = aws_db_proxy.this[each.key].name
  target_group_name      = aws_db_proxy_default_target_group.this[each.key].name
  db_instance_identifier = aws_db_instance.this.identifier
}

resource "aws_cloudwatch_log_group" "proxy" {
  for_each = local.proxies

  name              = "/aws/rds/proxy/${var.name}"
  retention_in_days = var.log_retention_days
}

data "aws_iam_policy_document" "proxy_trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["rds.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "proxy" {
  for_each = local.proxies

  statement {
    actions   = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"]
    resources = [each.value.secret_arn]
  }
}

resource "aws_iam_role" "proxy" {
  for_each = local.proxies

  name               = "${var.name}-rds-proxy"
  description        = "RDS Proxy of ${var.name} reads the password it signs in with"
  assume_role_policy = data.aws_iam_policy_document.proxy_trust.json
}

resource "aws_iam_role_policy" "proxy" {
  for_each = local.proxies

  name   = "secret"
  role   = aws_iam_role.proxy[each.key].id
  policy = data.aws_iam_policy_document.proxy[each.key].json
}
