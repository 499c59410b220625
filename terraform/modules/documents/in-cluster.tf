locals {
  service = "mongodb.${var.namespace}.svc.cluster.local"

  volumes  = var.mode == "in_cluster" ? toset(["mongodb"]) : toset([])
  balanced = var.mode == "in_cluster" && var.reachable_from_functions
  balancer = local.balanced ? toset(["mongodb"]) : toset([])
}

module "volume" {
  source   = "../volume"
  for_each = local.volumes

  name              = "${var.name}-mongodb"
  availability_zone = var.availability_zone
  size_gib          = var.volume_gib
  final_snapshot    = var.final_snapshot
}

# A pod's address changes, and its service name is known in the cluster only. Internal: nothing of it is reached from
# outside the VPC. MongoDB speaks plain TCP behind it; SCRAM keeps the password off the wire.
resource "aws_lb" "mongodb" {
  for_each = local.balancer

  name                             = "${var.name}-mongo"
  internal                         = true
  load_balancer_type               = "network"
  subnets                          = var.load_balancer_subnet_ids
  security_groups                  = var.security_group_ids
  enable_cross_zone_load_balancing = true
  enable_deletion_protection       = false
}

resource "aws_lb_target_group" "mongodb" {
  for_each = local.balancer

  name               = "${var.name}-mongo"
  vpc_id             = var.vpc_id
  target_type        = "ip"
  protocol           = "TCP"
  port               = local.port
  preserve_client_ip = "false"

  # A pod that is gone takes its connections with it; nothing is worth waiting for.
  deregistration_delay = 10

  health_check {
    protocol            = "TCP"
    interval            = 10
    healthy_threshold   = 2
    unhealthy_threshold = 2
  }
}

resource "aws_lb_listener" "mongodb" {
  for_each = local.balancer

  load_balancer_arn = aws_lb.mongodb[each.key].arn
  protocol          = "TCP"
  port              = local.port

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.mongodb[each.key].arn
  }
}
