locals {
  header = "x-velure-context"
}

resource "aws_lb_target_group" "this" {
  # The names of all target groups of an account differ, so a replaced one needs a name of its own.
  name_prefix = "${substr(var.context, 0, 5)}-"
  target_type = "ip"
  protocol    = "HTTP"
  port        = var.port
  vpc_id      = var.vpc_id
  # As long as a pod takes to stop: 15 s until the balancer knows, 25 s for the requests in it (helm/functions-server).
  deregistration_delay = 45

  health_check {
    protocol            = "HTTP"
    port                = var.admin_port
    path                = "/ready"
    matcher             = "200"
    interval            = 10
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = 2
  }

  tags = { Name = "${var.name}-${var.context}" }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_lb_listener_rule" "this" {
  listener_arn = var.listener_arn
  priority     = var.priority

  condition {
    http_header {
      http_header_name = local.header
      values           = [var.context]
    }
  }

  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this.arn
  }

  tags = { Name = "${var.name}-${var.context}" }

  lifecycle {
    create_before_destroy = true
  }
}
