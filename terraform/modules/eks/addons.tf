locals {
  # DaemonSets that a node needs to become ready: there before the first node and until the last is gone.
  addons_on_cluster = {
    kube-proxy             = null
    eks-pod-identity-agent = null
    vpc-cni = {
      # Without it NetworkPolicy objects are decoration.
      enableNetworkPolicy = "true"
      env = {
        # Addresses in blocks of 16, so that a t4g.medium takes more than 17 pods.
        ENABLE_PREFIX_DELEGATION = "true"
        WARM_PREFIX_TARGET       = "1"
      }
    }
  }

  # Deployments, which become ready on nodes only.
  addons_on_nodes = {
    coredns            = null
    metrics-server     = null
    aws-ebs-csi-driver = null
  }

  # Add-ons that call AWS, by the service account that they bring.
  addon_service_accounts = {
    vpc-cni            = { service_account = "aws-node", policy = "AmazonEKS_CNI_Policy" }
    aws-ebs-csi-driver = { service_account = "ebs-csi-controller-sa", policy = "service-role/AmazonEBSCSIDriverPolicy" }
  }
}

resource "aws_eks_addon" "on_cluster" {
  for_each = local.addons_on_cluster

  cluster_name                = aws_eks_cluster.this.name
  addon_name                  = each.key
  addon_version               = lookup(var.addon_versions, each.key, null)
  configuration_values        = each.value == null ? null : jsonencode(each.value)
  resolve_conflicts_on_create = "OVERWRITE"
  resolve_conflicts_on_update = "OVERWRITE"

  # Credentials are put into a pod when it starts.
  depends_on = [aws_eks_pod_identity_association.addon]
}

resource "aws_eks_addon" "on_nodes" {
  for_each = local.addons_on_nodes

  cluster_name                = aws_eks_cluster.this.name
  addon_name                  = each.key
  addon_version               = lookup(var.addon_versions, each.key, null)
  resolve_conflicts_on_create = "OVERWRITE"
  resolve_conflicts_on_update = "OVERWRITE"

  depends_on = [
    aws_eks_node_group.this,
    aws_eks_pod_identity_association.addon,
  ]
}

resource "aws_iam_role" "addon" {
  for_each = local.addon_service_accounts

  name               = "${var.name}-${each.key}"
  description        = "Add-on ${each.key} of ${var.name}"
  assume_role_policy = data.aws_iam_policy_document.pod_trust["kube-system/${each.value.service_account}"].json
}

resource "aws_iam_role_policy_attachment" "addon" {
  for_each = local.addon_service_accounts

  role       = aws_iam_role.addon[each.key].name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/${each.value.policy}"
}

resource "aws_eks_pod_identity_association" "addon" {
  for_each = local.addon_service_accounts

  cluster_name    = aws_eks_cluster.this.name
  namespace       = "kube-system"
  service_account = each.value.service_account
  role_arn        = aws_iam_role.addon[each.key].arn

  depends_on = [aws_iam_role_policy_attachment.addon]
}
