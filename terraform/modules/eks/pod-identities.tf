locals {
  controllers = {
    "kube-system/aws-load-balancer-controller" = data.aws_iam_policy_document.load_balancer_controller.json
    "external-secrets/external-secrets"        = data.aws_iam_policy_document.external_secrets.json
  }

  # Policy by <namespace>/<service account>.
  pod_policies = merge(
    local.controllers,
    { for service_account, policy in var.pod_identities : "${var.namespace}/${service_account}" => policy },
  )

  addon_identities = [for account in values(local.addon_service_accounts) : "kube-system/${account.service_account}"]

  # Known without the policies, which name resources that are not there yet.
  identities = toset(concat(keys(local.pod_policies), local.addon_identities))
}

# The role can be taken by one service account of this cluster only, whatever associations somebody adds.
data "aws_iam_policy_document" "pod_trust" {
  for_each = local.identities

  statement {
    actions = ["sts:AssumeRole", "sts:TagSession"]

    principals {
      type        = "Service"
      identifiers = ["pods.eks.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/eks-cluster-name"
      values   = [var.name]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/kubernetes-namespace"
      values   = [split("/", each.key)[0]]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/kubernetes-service-account"
      values   = [split("/", each.key)[1]]
    }
  }
}

resource "aws_iam_role" "pod" {
  for_each = local.pod_policies

  name               = "${var.name}-pod-${split("/", each.key)[1]}"
  description        = "Service account ${each.key} of ${var.name}"
  assume_role_policy = data.aws_iam_policy_document.pod_trust[each.key].json
}

resource "aws_iam_role_policy" "pod" {
  for_each = local.pod_policies

  name   = split("/", each.key)[1]
  role   = aws_iam_role.pod[each.key].id
  policy = each.value
}

resource "aws_eks_pod_identity_association" "pod" {
  for_each = local.pod_policies

  cluster_name    = aws_eks_cluster.this.name
  namespace       = split("/", each.key)[0]
  service_account = split("/", each.key)[1]
  role_arn        = aws_iam_role.pod[each.key].arn
}

# External Secrets reads for pods what their charts name, and nothing else.
data "aws_iam_policy_document" "external_secrets" {
  statement {
    actions   = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"]
    resources = var.external_secrets_secret_arns
  }
}

# The controller's own policy lets it make load balancers and rules. Here both are Terraform's: it only puts pods into
# target groups of this installation.
data "aws_iam_policy_document" "load_balancer_controller" {
  statement {
    sid     = "JoinTargetGroups"
    actions = ["elasticloadbalancing:RegisterTargets", "elasticloadbalancing:DeregisterTargets"]
    resources = [
      "arn:${data.aws_partition.current.partition}:elasticloadbalancing:${data.aws_region.current.name}:${data.aws_caller_identity.current.account_id}:targetgroup/*/*",
    ]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/${var.target_group_tag.key}"
      values   = [var.target_group_tag.value]
    }
  }

  # AWS offers no narrower resource for reading.
  statement {
    sid = "Read"
    actions = [
      "ec2:DescribeAvailabilityZones",
      "ec2:DescribeInstances",
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeSecurityGroups",
      "ec2:DescribeSubnets",
      "ec2:DescribeVpcs",
      "elasticloadbalancing:DescribeTags",
      "elasticloadbalancing:DescribeTargetGroupAttributes",
      "elasticloadbalancing:DescribeTargetGroups",
      "elasticloadbalancing:DescribeTargetHealth",
    ]
    resources = ["*"]
  }
}
