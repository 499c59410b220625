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
  packages_bucket              = "velure-test-packages-123456789012"
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

run "code_is_named_by_its_content" {
  assert {
    condition     = aws_lambda_function.this[0].s3_key == "get-order/${filesha256("./main.tf")}.zip" && aws_lambda_function.this[0].s3_bucket == "velure-test-packages-123456789012" && aws_lambda_function.this[0].source_code_hash == filebase64sha256("./main.tf")
    error_message = "Another zip has another name, so that the one before stays until its function has changed."
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

run "lambda_alone_takes_the_role_and_the_code_makes_no_network_interfaces" {
  assert {
    condition     = jsondecode(aws_iam_role.this[0].assume_role_policy).Statement == [{ Action = "sts:AssumeRole", Effect = "Allow", Principal = { Service = "lambda.amazonaws.com" } }]
    error_message = "Nobody else takes the role."
  }

  assert {
    condition     = endswith(aws_iam_role_policy_attachment.network[0].policy_arn, "/AWSLambdaENIManagementAccess")
    error_message = "Lambda makes the interface in the VPC with the role's permission."
  }

  assert {
    condition = one([
      for statement in jsondecode(aws_iam_role_policy.this[0].policy).Statement : statement.Condition.ArnEquals["lambda:SourceFunctionArn"]
      if statement.Effect == "Deny" && contains(statement.Action, "ec2:CreateNetworkInterface")
    ]) == "arn:aws:lambda:us-east-1:123456789012:function:velure-test-get-order"
    error_message = "The code has that permission too."
  }
}

run "a_key_of_ones_own_opens_by_way_of_secrets_manager_only" {
  variables {
    secrets_key_arn = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  }

  assert {
    condition = one([
      for statement in jsondecode(aws_iam_role_policy.this[0].policy).Statement : statement if contains(statement.Action, "kms:Decrypt")
      ]) == {
      Sid       = "DecryptOwnSecrets"
      Effect    = "Allow"
      Action    = ["kms:Decrypt"]
      Resource  = ["arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"]
      Condition = { StringEquals = { "kms:ViaService" = "secretsmanager.us-east-1.amazonaws.com" } }
    }
    error_message = "The key opens the secrets and nothing else."
  }
}

run "failures_are_told_and_the_alarm_says_where_to_look" {
  assert {
    condition     = aws_cloudwatch_metric_alarm.errors[0].dimensions == tomap({ FunctionName = "velure-test-get-order" }) && aws_cloudwatch_metric_alarm.errors[0].alarm_actions == toset(["arn:aws:sns:us-east-1:123456789012:velure-test-alarms"])
    error_message = "The function's errors reach the topic."
  }

  assert {
    condition     = strcontains(aws_cloudwatch_metric_alarm.errors[0].alarm_description, "/aws/lambda/velure-test-get-order") && aws_cloudwatch_metric_alarm.errors[0].treat_missing_data == "notBreaching"
    error_message = "It names the log, and silence is no fault."
  }
}

run "a_replaced_permission_can_stand_beside_the_old_one" {
  assert {
    condition     = aws_lambda_permission.api[0].statement_id_prefix == "http-api-" && aws_lambda_permission.api[0].principal == "apigateway.amazonaws.com"
    error_message = "Two statements of one name are refused."
  }
}

run "a_secret_variable_stays_out_of_the_plan" {
  variables {
    environment = { VELURE_ORIGIN_SECRET = sensitive("canary-origin-secret-01") }
  }

  assert {
    condition     = issensitive(aws_lambda_function.this[0].environment[0].variables["VELURE_ORIGIN_SECRET"])
    error_message = "The plan shows the origin header's value."
  }
}

run "a_route_with_a_path_and_no_method_is_refused" {
  command = plan

  variables {
    route = { name = "get-order", context = "orders", method = null, path = "/api/me/orders/{order_id}", memory_mb = 256, timeout_s = 10, reserved_concurrency = 10 }
  }

  expect_failures = [var.route]
}

run "a_function_that_outlives_the_gateways_patience_is_refused" {
  command = plan

  variables {
    route = { name = "get-order", context = "orders", method = "GET", path = "/api/me/orders/{order_id}", memory_mb = 256, timeout_s = 30, reserved_concurrency = 10 }
  }

  expect_failures = [var.route]
}

run "too_little_memory_is_refused" {
  command = plan

  variables {
    route = { name = "get-order", context = "orders", method = "GET", path = "/api/me/orders/{order_id}", memory_mb = 64, timeout_s = 10, reserved_concurrency = 10 }
  }

  expect_failures = [var.route]
}

run "a_reservation_of_nought_which_switches_off_is_refused" {
  command = plan

  variables {
    route = { name = "get-order", context = "orders", method = "GET", path = "/api/me/orders/{order_id}", memory_mb = 256, timeout_s = 10, reserved_concurrency = 0 }
  }

  expect_failures = [var.route]
}

run "a_name_that_is_too_long_for_a_role_is_refused" {
  command = plan

  variables {
    route = { name = "get-order-of-a-name-that-nobody-would-ever-want-to-type-twice", context = "orders", method = "GET", path = "/api/me/orders/{order_id}", memory_mb = 256, timeout_s = 10, reserved_concurrency = 10 }
  }

  expect_failures = [var.route]
}

run "a_secret_by_wildcard_is_refused" {
  command = plan

  variables {
    secret_arns = { VELURE_REDIS_URL = "arn:aws:secretsmanager:us-east-1:123456789012:secret:velure-test/*" }
  }

  expect_failures = [var.secret_arns]
}

run "a_variable_that_is_set_twice_is_refused" {
  command = plan

  variables {
    environment = { VELURE_REDIS_URL_SECRET_ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:other" }
  }

  expect_failures = [var.environment]
}

run "a_route_on_eks_without_an_integration_is_refused" {
  command = plan

  variables {
    placement = "eks"
  }

  expect_failures = [var.context_integration_id]
}

run "a_retention_that_cloudwatch_does_not_offer_is_refused" {
  command = plan

  variables {
    log_retention_days = 31
  }

  expect_failures = [var.log_retention_days]
}

run "an_architecture_that_lambda_does_not_have_is_refused" {
  command = plan

  variables {
    architecture = "riscv64"
  }

  expect_failures = [var.architecture]
}
