mock_provider "aws" {
  mock_resource "aws_lb" {
    defaults = { arn = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/velure-test/1" }
  }
  mock_resource "aws_lb_target_group" {
    defaults = { arn = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/strea-1/1" }
  }
  mock_resource "aws_lb_listener" {
    defaults = { arn = "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/velure-test/1/1" }
  }
}

variables {
  name                = "velure-test"
  vpc_id              = "vpc-1"
  subnet_ids          = ["subnet-a", "subnet-b"]
  security_group_ids  = ["sg-alb"]
  gateway_port        = 8082
  admin_port          = 9090
  deletion_protection = false
}

run "it_is_reached_from_inside_only" {
  assert {
    condition     = aws_lb.this.internal && aws_lb.this.drop_invalid_header_fields
    error_message = "Only CloudFront's VPC origin and the API's VPC link lead to it."
  }
}

run "streams_live_longer_than_their_heartbeat" {
  assert {
    condition     = aws_lb.this.idle_timeout >= 60
    error_message = "The gateway writes each 15 s; a missed one must not end a stream."
  }

  assert {
    condition     = aws_lb_listener_rule.streams.priority == 1 && one(one(aws_lb_listener_rule.streams.condition).path_pattern).values == toset(["/api/me/orders/events", "/api/me/orders/*/events"])
    error_message = "Streams come before every context, whatever header a browser sends."
  }

  assert {
    condition     = tonumber(aws_lb_target_group.gateway.deregistration_delay) >= 40
    error_message = "A pod that stops is given its time."
  }
}

run "what_no_rule_names_is_not_found" {
  assert {
    condition     = aws_lb_listener.this.default_action[0].fixed_response[0].status_code == "404"
    error_message = "Nothing is forwarded by default."
  }
}

run "new_streams_go_to_the_pod_with_the_fewest" {
  assert {
    condition     = aws_lb_target_group.gateway.load_balancing_algorithm_type == "least_outstanding_requests" && aws_lb_target_group.gateway.target_type == "ip" && aws_lb_target_group.gateway.port == 8082
    error_message = "Streams are long: taking turns fills the oldest pod."
  }

  assert {
    condition     = aws_lb_target_group.gateway.health_check[0].path == "/ready" && aws_lb_target_group.gateway.health_check[0].port == "9090"
    error_message = "Readiness is asked at the admin port."
  }
}

run "one_zone_is_refused" {
  command = plan

  variables {
    subnet_ids = ["subnet-a"]
  }

  expect_failures = [var.subnet_ids]
}

run "a_balancer_in_no_group_is_refused" {
  command = plan

  variables {
    security_group_ids = []
  }

  expect_failures = [var.security_group_ids]
}

run "a_name_that_aws_keeps_is_refused" {
  command = plan

  variables {
    name = "internal-velure"
  }

  expect_failures = [var.name]
}

run "a_name_of_33_characters_is_refused" {
  command = plan

  variables {
    name = "velure-of-a-very-long-environment"
  }

  expect_failures = [var.name]
}
