locals {
  ami_types = { arm64 = "BOTTLEROCKET_ARM_64", x86_64 = "BOTTLEROCKET_x86_64" }

  # Spot takes whichever of these is free; all have 4 GiB or more, so that any of them holds the same pods.
  default_instance_types = {
    on_demand = { arm64 = ["t4g.medium"], x86_64 = ["t3.medium"] }
    spot = {
      arm64  = ["t4g.medium", "t4g.large", "c6g.large", "m6g.large", "c7g.large", "m7g.large"]
      x86_64 = ["t3.medium", "t3a.medium", "t3.large", "c5.large", "m5.large", "c6i.large", "m6i.large"]
    }
  }

  instance_types = coalesce(var.instance_types, local.default_instance_types[var.node_capacity][var.architecture])
}

resource "aws_launch_template" "node" {
  name        = "${var.name}-node"
  description = "Nodes of ${var.name}"

  update_default_version = true
  vpc_security_group_ids = [var.node_security_group_id]

  user_data = base64encode(<<-TOML
    [settings.kubernetes]
    max-pods = ${var.max_pods_per_node}
  TOML
  )

  # Only the node itself reaches its credentials: one hop ends before a pod. Pods that ask the metadata service for the
  # region or the VPC have to be told instead.
  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  # Bottlerocket has two disks: its own, and the one for images, logs and volumes.
  dynamic "block_device_mappings" {
    for_each = { "/dev/xvda" = 4, "/dev/xvdb" = var.node_disk_gib }

    content {
      device_name = block_device_mappings.key

      ebs {
        volume_size           = block_device_mappings.value
        volume_type           = "gp3"
        encrypted             = true
        delete_on_termination = true
      }
    }
  }

  dynamic "tag_specifications" {
    for_each = toset(["instance", "volume", "network-interface"])

    content {
      resource_type = tag_specifications.key
      tags          = { Name = "${var.name}-node" }
    }
  }
}

resource "aws_eks_node_group" "this" {
  cluster_name    = aws_eks_cluster.this.name
  node_group_name = "${var.name}-${replace(var.architecture, "_", "-")}-${replace(var.node_capacity, "_", "-")}"
  node_role_arn   = aws_iam_role.node.arn
  subnet_ids      = var.subnet_ids
  version         = var.kubernetes_version
  ami_type        = local.ami_types[var.architecture]
  capacity_type   = upper(var.node_capacity)
  instance_types  = local.instance_types

  scaling_config {
    min_size     = var.node_count.minimum
    desired_size = var.node_count.desired
    max_size     = var.node_count.maximum
  }

  update_config {
    max_unavailable = 1
  }

  node_repair_config {
    enabled = true
  }

  launch_template {
    id      = aws_launch_template.node.id
    version = aws_launch_template.node.latest_version
  }

  # A change of architecture or capacity makes a new group, which has to be there before the pods can leave the old one.
  lifecycle {
    create_before_destroy = true
  }

  # The network plug-in goes after the nodes: it is what gives their network interfaces back.
  depends_on = [
    aws_iam_role_policy_attachment.node,
    aws_eks_addon.on_cluster,
  ]
}
