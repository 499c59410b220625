locals {
  on_lambda = var.placement == "lambda"
  full_name = "${var.name}-${var.route.name}"
  route_key = var.route.method == null ? "$default" : "${var.route.method} ${var.route.path}"

  # A path as a permission's ARN has it: any value in place of a parameter.
  permitted = var.route.method == null ? "$default" : "${var.route.method}${replace(var.route.path, "/{[^}]+}/", "*")}"

  variables = merge(
    var.environment,
    { for variable, arn in var.secret_arns : "${variable}_SECRET_ARN" => arn },
  )
}

# Everything that a placement replaces is made before what it replaces is removed, so that the route below is moved in
# place, with no moment at which nobody answers: API Gateway refuses a second route of one key, and to delete an
# integration that a route still names.

resource "aws_cloudwatch_log_group" "this" {
  count = local.on_lambda ? 1 : 0

  name              = "/aws/lambda/${local.full_name}"
  retention_in_days = var.log_retention_days

  lifecycle {
    create_before_destroy = true
  }
}

# By way of a bucket: of functions that it is given as files, the provider makes one after the other, and waits for each.
resource "aws_s3_object" "package" {
  count = local.on_lambda ? 1 : 0

  bucket = var.packages_bucket
  key    = "${var.route.name}/${fileexists(var.package) ? filesha256(var.package) : "missing"}.zip"
  source = var.package

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_lambda_function" "this" {
  count = local.on_lambda ? 1 : 0

  function_name = local.full_name
  description   = "${var.route.name} of the ${var.route.context} context"
  role          = aws_iam_role.this[0].arn

  runtime       = "provided.al2023"
  handler       = "bootstrap"
  architectures = [var.architecture]
  s3_bucket     = aws_s3_object.package[0].bucket
  s3_key        = aws_s3_object.package[0].key
  # Zips of equal input are equal byte by byte, so an unchanged function plans no change.
  source_code_hash = fileexists(var.package) ? filebase64sha256(var.package) : null

  memory_size                    = var.route.memory_mb
  timeout                        = var.route.timeout_s
  reserved_concurrent_executions = var.reserved_concurrency_enabled ? var.route.reserved_concurrency : -1

  # Lambda gives a network interface back up to an hour after the function is gone. In the default group of the VPC it
  # no longer holds ours.
  replace_security_groups_on_destroy = var.vpc == null ? null : true

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.this[0].name
  }

  dynamic "environment" {
    for_each = length(local.variables) > 0 ? [local.variables] : []

    content {
      variables = environment.value
    }
  }

  dynamic "vpc_config" {
    for_each = var.vpc == null ? [] : [var.vpc]

    content {
      subnet_ids         = vpc_config.value.subnet_ids
      security_group_ids = vpc_config.value.security_group_ids
    }
  }

  lifecycle {
    create_before_destroy = true

    precondition {
      condition     = fileexists(var.package)
      error_message = "${var.package} is missing: run `make package` first (it builds every function's zip)."
    }
  }

  # Without its permissions a function of the VPC is refused.
  depends_on = [
    aws_iam_role_policy.this,
    aws_iam_role_policy_attachment.network,
  ]
}

resource "aws_lambda_permission" "api" {
  count = local.on_lambda ? 1 : 0

  # A replaced one is there beside the old one for a moment, and no two statements share a name.
  statement_id_prefix = "http-api-"
  action              = "lambda:InvokeFunction"
  function_name       = aws_lambda_function.this[0].function_name
  principal           = "apigateway.amazonaws.com"
  source_arn          = "${var.api.execution_arn}/*/${local.permitted}"

  # Taken away after the route has been moved, not while requests still come.
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_apigatewayv2_integration" "this" {
  count = local.on_lambda ? 1 : 0

  api_id                 = var.api.id
  integration_type       = "AWS_PROXY"
  integration_method     = "POST"
  integration_uri        = aws_lambda_function.this[0].invoke_arn
  payload_format_version = "2.0"
  # A second more than the function has, so that its own answer to a time-out arrives.
  timeout_milliseconds = (var.route.timeout_s + 1) * 1000

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_apigatewayv2_route" "this" {
  api_id    = var.api.id
  route_key = local.route_key
  target    = "integrations/${local.on_lambda ? aws_apigatewayv2_integration.this[0].id : var.context_integration_id}"

  # The first request may come as soon as the route is there.
  depends_on = [aws_lambda_permission.api]
}

resource "aws_cloudwatch_metric_alarm" "errors" {
  count = local.on_lambda ? 1 : 0

  alarm_name        = "${local.full_name}-errors"
  alarm_description = "${var.route.name} failed to answer at least 3 times in 5 minutes: a crash, a time-out, or a function that cannot start. See log group /aws/lambda/${local.full_name}."

  namespace   = "AWS/Lambda"
  metric_name = "Errors"
  dimensions  = { FunctionName = aws_lambda_function.this[0].function_name }
  statistic   = "Sum"
  period      = 300

  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 3
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"

  alarm_actions = [var.alarm_topic_arn]
  ok_actions    = [var.alarm_topic_arn]
}
