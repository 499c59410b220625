mock_provider "aws" {
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/mocked" }
  }
  mock_resource "aws_lambda_function" {
    defaults = {
      arn        = "arn:aws:lambda:us-east-1:123456789012:function:velure-test-place-order"
      invoke_arn = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:velure-test-place-order/invocations"
    }
  }
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/velure-test-place-order" }
  }
}

variables {
  name                         = "velure-test"
  placement                    = "lambda"
  package                      = "./main.tf"
  architecture                 = "arm64"
  environment                  = { VELURE_AUTH_URL = "https://api.example" }
  secret_arns                  = { VELURE_REDIS_URL = "arn:aws:secretsmanager:us-east-1:123456789012:secret:velure-test/redis-url-a1b2c3" }
  reserved_concurrency_enabled = true
  log_retention_days           = 30
  alarm_topic_arn              = "arn:aws:sns:us-east-1:123456789012:velure-test-alarms"

  account = { partition = "aws", region = "us-east-1", id = "123456789012" }
  api     = { id = "a1b2c3", execution_arn = "arn:aws:execute-api:us-east-1:123456789012:a1b2c3" }
  vpc     = { subnet_ids = ["subnet-a", "subnet-b"], security_group_ids = ["sg-functions"] }

  route = {
    name                 = "get-order"
    context              = "orders"
    method               = "GET"
    path                 = "/api/me/orders/{order_id}"
    memory_mb            = 256
    timeout_s            = 10
    reserved_concurrency = 10
  }
}

run "a_function_is_configured_as_its_row_says" {
  assert {
    condition     = aws_lambda_function.this[0].memory_size == 256 && aws_lambda_function.this[0].timeout == 10 && aws_lambda_function.this[0].reserved_concurrent_executions == 10
    error_message = "Memory, time and concurrency are those of functions/routes.json."
  }

  assert {
    condition     = aws_lambda_function.this[0].runtime == "provided.al2023" && aws_lambda_function.this[0].architectures[0] == "arm64"
    error_message = "A Rust binary runs on the bare runtime."
  }

  assert {
    condition     = aws_lambda_function.this[0].environment[0].variables["VELURE_REDIS_URL_SECRET_ARN"] == "arn:aws:secretsmanager:us-east-1:123456789012:secret:velure-test/redis-url-a1b2c3" && !contains(keys(aws_lambda_function.this[0].environment[0].variables), "VELURE_REDIS_URL")
    error_message = "A function is told where a secret is, not the secret."
  }

  assert {
    condition     = aws_cloudwatch_log_group.this[0].retention_in_days == 30 && aws_cloudwatch_log_group.this[0].name == "/aws/lambda/velure-test-get-order"
    error_message = "The log group is Terraform's, with an end."
  }

  assert {
    condition     = aws_apigatewayv2_route.this.route_key == "GET /api/me/orders/{order_id}"
    error_message = "The route's key is method and path."
  }

  assert {
    condition     = aws_apigatewayv2_integration.this[0].payload_format_version == "2.0" && aws_apigatewayv2_integration.this[0].timeout_milliseconds == 11000
    error_message = "The gateway waits a second longer than the function may take."
  }
}

run "the_api_may_call_this_route_and_no_other" {
  assert {
    condition     = aws_lambda_permission.api[0].source_arn == "arn:aws:execute-api:us-east-1:123456789012:a1b2c3/*/GET/api/me/orders/*"
    error_message = "The permission names the route: ${aws_lambda_permission.api[0].source_arn}"
  }
}

run "the_role_reads_its_own_secrets_and_writes_its_own_log" {
  assert {
    condition = alltrue([
      for statement in jsondecode(aws_iam_role_policy.this[0].policy).Statement :
      statement.Effect == "Deny" || !contains(flatten([statement.Resource]), "*")
    ])
    error_message = "Nothing is allowed on everything."
  }

  assert {
    condition = [
      for statement in jsondecode(aws_iam_role_policy.this[0].policy).Statement : statement.Resource if statement.Sid == "ReadOwnSecrets"
    ][0] == ["arn:aws:secretsmanager:us-east-1:123456789012:secret:velure-test/redis-url-a1b2c3"]
    error_message = "It reads exactly the secrets of its row."
  }
}

run "without_stores_a_function_is_in_no_vpc_and_without_secrets_it_reads_none" {
  variables {
    vpc         = null
    secret_arns = {}
  }

  assert {
    condition     = length(aws_lambda_function.this[0].vpc_config) == 0
    error_message = "A function without stores needs no network interface."
  }

  assert {
    condition     = !strcontains(aws_iam_role_policy.this[0].policy, "secretsmanager")
    error_message = "There is nothing to read."
  }
}

run "on_eks_only_the_route_is_left" {
  variables {
    placement              = "eks"
    context_integration_id = "i1n2t3"
  }

  assert {
    condition     = length(aws_lambda_function.this) == 0 && length(aws_iam_role.this) == 0 && length(aws_cloudwatch_log_group.this) == 0 && length(aws_cloudwatch_metric_alarm.errors) == 0
    error_message = "Nothing of a function remains."
  }

  assert {
    condition     = aws_apigatewayv2_route.this.target == "integrations/i1n2t3"
    error_message = "The route leads to the context's pods."
  }
}

run "the_fallback_is_the_default_route" {
  variables {
    route = {
      name                 = "no-route"
      context              = "edge"
      memory_mb            = 128
      timeout_s            = 5
      reserved_concurrency = 2
    }
  }

  assert {
    condition     = aws_apigatewayv2_route.this.route_key == "$default"
    error_message = "What no route names is answered too."
  }
}

run "an_account_with_ten_executions_reserves_none" {
  variables {
    reserved_concurrency_enabled = false
  }

  assert {
    condition     = aws_lambda_function.this[0].reserved_concurrent_executions == -1
    error_message = "-1 reserves nothing."
  }
}

run "a_missing_zip_is_told_before_anything_is_made" {
  command = plan

  variables {
    package = "./nowhere.zip"
  }

  expect_failures = [aws_lambda_function.this]
}

run "a_misspelt_placement_is_refused" {
  command = plan

  variables {
    placement = "ecs"
  }

  expect_failures = [var.placement]
}
