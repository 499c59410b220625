resource "aws_apigatewayv2_api" "this" {
  name          = var.name
  description   = "Velure's HTTP endpoints, behind the CDN."
  protocol_type = "HTTP"
  # One origin, so no CORS: a browser never calls this API by its own name.
}

resource "aws_cloudwatch_log_group" "access" {
  # Under /aws/vendedlogs/ a group needs no entry in the account's log resource policy, which holds 5,120 characters.
  name              = "/aws/vendedlogs/http-api/${var.name}"
  retention_in_days = var.log_retention_days
}

resource "aws_apigatewayv2_stage" "this" {
  api_id      = aws_apigatewayv2_api.this.id
  name        = "$default"
  description = "The one stage, at the root of the API's URL."
  auto_deploy = true

  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.access.arn
    # Neither cookies nor query: nothing here signs anybody in.
    format = jsonencode({
      request_id    = "$context.requestId"
      at            = "$context.requestTimeEpoch"
      route         = "$context.routeKey"
      method        = "$context.httpMethod"
      path          = "$context.path"
      status        = "$context.status"
      bytes         = "$context.responseLength"
      latency_ms    = "$context.responseLatency"
      function_ms   = "$context.integrationLatency"
      function_code = "$context.integrationStatus"
      error         = "$context.integrationErrorMessage"
      source_ip     = "$context.identity.sourceIp"
    })
  }

  default_route_settings {
    throttling_rate_limit  = var.fallback_throttle.rate
    throttling_burst_limit = var.fallback_throttle.burst
  }

  dynamic "route_settings" {
    for_each = var.throttles

    content {
      route_key              = route_settings.key
      throttling_rate_limit  = route_settings.value.rate
      throttling_burst_limit = route_settings.value.burst
    }
  }
}

resource "aws_apigatewayv2_vpc_link" "this" {
  count = var.vpc_link == null ? 0 : 1

  name               = var.name
  subnet_ids         = var.vpc_link.subnet_ids
  security_group_ids = var.vpc_link.security_group_ids

  # A context's integration names the link, so the link outlives the last of them.
  lifecycle {
    create_before_destroy = true
  }
}
