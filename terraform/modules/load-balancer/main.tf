# It and its target groups belong to Terraform, and pods join by TargetGroupBinding: nothing that a controller made
# stands in the way of a destroy.
resource "aws_lb" "this" {
  name               = var.name
  internal           = true
  load_balancer_type = "application"
  subnets            = var.subnet_ids
  security_groups    = var.security_group_ids
  # The gateway writes to every stream at least each 15 s.
  idle_timeout               = 120
  drop_invalid_header_fields = true
  enable_deletion_protection = var.deletion_protection
}

resource "aws_lb_listener" "this" {
  load_balancer_arn = aws_lb.this.arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type = "fixed-response"

    fixed_response {
      status_code  = "404"
      content_type = "application/json"
      message_body = jsonencode({ type = "about:blank", title = "Not found", status = 404, code = "not_found" })
    }
  }
}

resource "aws_lb_target_group" "gateway" {
  name_prefix = "strea-"
  target_type = "ip"
  protocol    = "HTTP"
  port        = var.gateway_port
  vpc_id      = var.vpc_id
  # A stream lives for minutes, so new ones go to the pod that has the fewest.
  load_balancing_algorithm_type = "least_outstanding_requests"
  # As long as a pod takes to stop: 15 s until the balancer knows, 25 s to end its streams (helm/sse-gateway).
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

  tags = { Name = "${var.name}-sse-gateway" }

  lifecycle {
    create_before_destroy = true
  }
}

# Before every rule of a context: a browser's own x-velure-context takes no stream anywhere else.
resource "aws_lb_listener_rule" "streams" {
  listener_arn = aws_lb_listener.this.arn
  priority     = 1

  condition {
    path_pattern {
      values = ["/api/me/orders/events", "/api/me/orders/*/events"]
    }
  }

  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.gateway.arn
  }

  tags = { Name = "${var.name}-streams" }
}
