mock_provider "aws" {
  mock_resource "aws_lb_target_group" {
    defaults = { arn = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/orders-1/1" }
  }
}

variables {
  name         = "velure-test"
  context      = "orders"
  vpc_id       = "vpc-1"
  port         = 8081
  admin_port   = 9090
  listener_arn = "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/velure-test/1/1"
  priority     = 30
}

run "requests_of_the_context_go_to_its_pods" {
  assert {
    condition     = one(one(aws_lb_listener_rule.this.condition).http_header).http_header_name == "x-velure-context" && one(one(aws_lb_listener_rule.this.condition).http_header).values == toset(["orders"])
    error_message = "The header names the context."
  }

  assert {
    condition     = output.request_parameters == { "overwrite:header.x-velure-context" = "orders" }
    error_message = "The API overwrites what a client sent."
  }
}

run "a_pod_that_stops_is_given_its_time" {
  assert {
    condition     = tonumber(aws_lb_target_group.this.deregistration_delay) >= 40 && aws_lb_target_group.this.health_check[0].path == "/ready" && aws_lb_target_group.this.health_check[0].port == "9090"
    error_message = "15 s until the balancer knows and 25 s for requests; readiness is asked at the admin port."
  }
}

run "another_context_is_refused" {
  command = plan

  variables {
    context = "edge"
  }

  expect_failures = [var.context]
}

run "a_contexts_rule_comes_after_the_streams" {
  assert {
    condition     = aws_lb_listener_rule.this.priority == 30 && one(aws_lb_listener_rule.this.action).target_group_arn == aws_lb_target_group.this.arn
    error_message = "The rule forwards to the context's own target group."
  }
}

run "the_longest_context_has_a_name_that_aws_takes" {
  variables {
    context = "catalog"
  }

  assert {
    condition     = aws_lb_target_group.this.name_prefix == "catal-" && aws_lb_target_group.this.tags.Name == "velure-test-catalog"
    error_message = "A prefix has six characters."
  }
}

run "the_streams_priority_is_refused" {
  command = plan

  variables {
    priority = 1
  }

  expect_failures = [var.priority]
}

run "a_port_that_is_none_is_refused" {
  command = plan

  variables {
    admin_port = 0
  }

  expect_failures = [var.admin_port]
}
