mock_provider "aws" {
  mock_resource "aws_apigatewayv2_api" {
    defaults = { api_endpoint = "https://a1b2c3.execute-api.us-east-1.amazonaws.com" }
  }
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/vendedlogs/http-api/velure-test" }
  }
}

variables {
  name               = "velure-test"
  throttles          = { "POST /api/orders" = { rate = 20, burst = 40 } }
  fallback_throttle  = { rate = 50, burst = 100 }
  log_retention_days = 30
}

run "every_route_is_throttled_and_so_is_everything_else" {
  assert {
    condition     = one(aws_apigatewayv2_stage.this.route_settings).route_key == "POST /api/orders" && one(aws_apigatewayv2_stage.this.route_settings).throttling_rate_limit == 20
    error_message = "A route has the throttle of its row."
  }

  assert {
    condition     = aws_apigatewayv2_stage.this.default_route_settings[0].throttling_burst_limit == 100
    error_message = "What no route names is throttled as the fallback."
  }
}

run "the_access_log_has_an_end_and_nothing_that_signs_anybody_in" {
  assert {
    condition     = aws_cloudwatch_log_group.access.retention_in_days == 30
    error_message = "Logs end."
  }

  assert {
    condition     = !strcontains(lower(aws_apigatewayv2_stage.this.access_log_settings[0].format), "cookie") && !strcontains(lower(aws_apigatewayv2_stage.this.access_log_settings[0].format), "authorization")
    error_message = "Neither cookies nor tokens are logged."
  }
}

run "the_pages_and_the_api_have_one_origin" {
  assert {
    condition     = length(aws_apigatewayv2_api.this.cors_configuration) == 0
    error_message = "No other origin may read answers."
  }

  assert {
    condition     = length(aws_apigatewayv2_vpc_link.this) == 0
    error_message = "While every context is on Lambda nothing leads into the VPC."
  }
}

run "a_context_on_eks_needs_the_link" {
  variables {
    vpc_link = { subnet_ids = ["subnet-a", "subnet-b"], security_group_ids = ["sg-link"] }
  }

  assert {
    condition     = length(aws_apigatewayv2_vpc_link.this) == 1 && aws_apigatewayv2_vpc_link.this[0].security_group_ids == toset(["sg-link"])
    error_message = "The link has the group that only reaches the load balancer."
  }
}

run "the_stage_is_at_the_root_and_deploys_itself" {
  assert {
    condition     = aws_apigatewayv2_stage.this.name == "$default" && aws_apigatewayv2_stage.this.auto_deploy && aws_apigatewayv2_api.this.protocol_type == "HTTP"
    error_message = "A stage of another name would stand in every path."
  }

  assert {
    condition     = aws_apigatewayv2_stage.this.access_log_settings[0].destination_arn == aws_cloudwatch_log_group.access.arn && alltrue([for field in ["route", "status", "function_code", "latency_ms", "error"] : contains(keys(jsondecode(aws_apigatewayv2_stage.this.access_log_settings[0].format)), field)])
    error_message = "The access log says which route failed, how, and after how long."
  }
}

run "a_burst_below_the_rate_is_refused" {
  command = plan

  variables {
    throttles = { "POST /api/orders" = { rate = 20, burst = 10 } }
  }

  expect_failures = [var.throttles]
}

run "a_fallback_that_lets_nobody_in_is_refused" {
  command = plan

  variables {
    fallback_throttle = { rate = 0, burst = 0 }
  }

  expect_failures = [var.fallback_throttle]
}

run "a_link_in_one_zone_is_refused" {
  command = plan

  variables {
    vpc_link = { subnet_ids = ["subnet-a"], security_group_ids = ["sg-link"] }
  }

  expect_failures = [var.vpc_link]
}

run "a_link_open_to_its_vpc_is_refused" {
  command = plan

  variables {
    vpc_link = { subnet_ids = ["subnet-a", "subnet-b"], security_group_ids = [] }
  }

  expect_failures = [var.vpc_link]
}

run "logs_without_an_end_are_refused" {
  command = plan

  variables {
    log_retention_days = 0
  }

  expect_failures = [var.log_retention_days]
}

run "a_name_in_capitals_is_refused" {
  command = plan

  variables {
    name = "Velure"
  }

  expect_failures = [var.name]
}

run "the_cdn_calls_it_by_its_host_name" {
  assert {
    condition     = output.endpoint == "https://a1b2c3.execute-api.us-east-1.amazonaws.com" && output.domain_name == "a1b2c3.execute-api.us-east-1.amazonaws.com"
    error_message = "CloudFront takes a host name, functions a URL."
  }
}
