data "aws_iam_session_context" "current" {
  # The role behind a session: a session is no principal that EKS knows.
  arn = data.aws_caller_identity.current.arn
}

locals {
  namespace = "velure"

  # Secrets that pods read, each through External Secrets.
  pod_secret_arns = concat(values(module.secrets.secret_arns), [aws_secretsmanager_secret.origin.arn])
}

module "cluster" {
  source = "./modules/eks"

  name                         = var.name
  subnet_ids                   = module.vpc.private_subnet_ids
  cluster_security_group_id    = module.security_groups.cluster_id
  node_security_group_id       = module.security_groups.nodes_id
  endpoint_public_access_cidrs = var.cluster_endpoint_cidrs
  admin_principal_arns         = setunion([data.aws_iam_session_context.current.issuer_arn], var.cluster_admin_arns)
  architecture                 = var.architecture
  node_capacity                = var.node_capacity
  node_count                   = { minimum = 2, desired = var.node_count, maximum = max(4, var.node_count) }
  namespace                    = local.namespace
  external_secrets_secret_arns = local.pod_secret_arns
  target_group_tag             = { key = "velure:name", value = var.name }
  log_retention_days           = var.log_retention_days
  deletion_protection          = var.deletion_protection

  pod_identities = { bootstrap = data.aws_iam_policy_document.bootstrap.json }
}

# What the bootstrap Job may do in AWS: look into the secrets that it fills, and fill them.
data "aws_iam_policy_document" "bootstrap" {
  statement {
    sid       = "StoreKeys"
    actions   = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"]
    resources = module.secrets.stored_by_bootstrap_arns
  }
}

module "ecr" {
  source = "./modules/ecr"

  name         = var.name
  repositories = ["relay", "order-processor", "sse-gateway", "functions-server", "velure"]
  force_delete = !var.deletion_protection
}

module "load_balancer" {
  source = "./modules/load-balancer"

  name                = var.name
  vpc_id              = module.vpc.vpc_id
  subnet_ids          = module.vpc.private_subnet_ids
  security_group_ids  = [module.security_groups.alb_id]
  gateway_port        = local.ports.gateway
  admin_port          = local.ports.admin
  deletion_protection = var.deletion_protection
}
