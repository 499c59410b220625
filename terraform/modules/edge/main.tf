locals {
  # Policies that AWS keeps under these ids in every account.
  caching_disabled              = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
  caching_optimized             = "658327ea-f89d-4fab-a63d-7e88639e58f6"
  all_viewer                    = "216adef6-5c7f-47e4-b989-5492eafa07d3"
  all_viewer_except_host_header = "b689b0a8-53d0-40ab-baf2-68738e2966ac"

  every_method = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]

  # First match wins, so streams come before the API.
  behaviours = concat(
    [for path in ["/api/me/orders/events", "/api/me/orders/*/events"] : {
      path           = path
      origin         = "streams"
      methods        = ["GET", "HEAD"]
      request_policy = local.all_viewer
    }],
    # An API of API Gateway is known by its own host name and refuses any other.
    [for path in ["/api/*", "/.well-known/jwks.json"] : {
      path           = path
      origin         = "api"
      methods        = local.every_method
      request_policy = local.all_viewer_except_host_header
    }],
  )
}

resource "aws_cloudfront_origin_access_control" "web" {
  name                              = "${var.name}-web"
  description                       = "Signs what is read from the bucket of pages"
  origin_access_control_origin_type = "s3"
  signing_behavior                  = "always"
  signing_protocol                  = "sigv4"
}

resource "aws_cloudfront_vpc_origin" "streams" {
  vpc_origin_endpoint_config {
    name                   = "${var.name}-streams"
    arn                    = var.load_balancer.arn
    http_port              = 80
    https_port             = 443
    origin_protocol_policy = "http-only"

    origin_ssl_protocols {
      items    = ["TLSv1.2"]
      quantity = 1
    }
  }

  timeouts {
    create = "30m"
    update = "30m"
    delete = "30m"
  }
}

resource "aws_cloudfront_function" "viewer_request" {
  name    = "${var.name}-viewer-request"
  comment = "Pages of the application are index.html"
  runtime = "cloudfront-js-2.0"
  publish = true
  code    = file("${path.module}/viewer-request.js")
}

resource "aws_cloudfront_distribution" "this" {
  comment             = var.name
  enabled             = true
  is_ipv6_enabled     = true
  http_version        = "http2and3"
  price_class         = var.price_class
  aliases             = var.aliases
  default_root_object = "index.html"
  web_acl_id          = var.web_acl_arn

  origin {
    origin_id                = "web"
    domain_name              = module.web.regional_domain_name
    origin_access_control_id = aws_cloudfront_origin_access_control.web.id
  }

  origin {
    origin_id   = "api"
    domain_name = var.api_domain_name

    custom_header {
      name  = "x-velure-origin"
      value = var.origin_secret
    }

    custom_origin_config {
      http_port              = 80
      https_port             = 443
      origin_protocol_policy = "https-only"
      origin_ssl_protocols   = ["TLSv1.2"]
      # What API Gateway allows an integration.
      origin_read_timeout      = 30
      origin_keepalive_timeout = 60
    }
  }

  origin {
    origin_id   = "streams"
    domain_name = var.load_balancer.dns_name

    vpc_origin_config {
      vpc_origin_id = aws_cloudfront_vpc_origin.streams.id
      # From one byte to the next; the gateway writes at least each 15 s.
      origin_read_timeout      = 60
      origin_keepalive_timeout = 60
    }
  }

  default_cache_behavior {
    target_origin_id           = "web"
    viewer_protocol_policy     = "redirect-to-https"
    allowed_methods            = ["GET", "HEAD"]
    cached_methods             = ["GET", "HEAD"]
    compress                   = true
    cache_policy_id            = local.caching_optimized
    response_headers_policy_id = aws_cloudfront_response_headers_policy.pages.id

    function_association {
      event_type   = "viewer-request"
      function_arn = aws_cloudfront_function.viewer_request.arn
    }
  }

  dynamic "ordered_cache_behavior" {
    for_each = local.behaviours

    content {
      path_pattern           = ordered_cache_behavior.value.path
      target_origin_id       = ordered_cache_behavior.value.origin
      viewer_protocol_policy = "https-only"
      allowed_methods        = ordered_cache_behavior.value.methods
      cached_methods         = ["GET", "HEAD"]
      # A stream that is compressed is a stream that is buffered; CloudFront compresses only what it may cache.
      compress                   = false
      cache_policy_id            = local.caching_disabled
      origin_request_policy_id   = ordered_cache_behavior.value.request_policy
      response_headers_policy_id = aws_cloudfront_response_headers_policy.data.id
    }
  }

  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }

  viewer_certificate {
    cloudfront_default_certificate = length(var.aliases) == 0
    acm_certificate_arn            = length(var.aliases) == 0 ? null : var.certificate_arn
    ssl_support_method             = length(var.aliases) == 0 ? null : "sni-only"
    # CloudFront's own certificate comes with its own minimum, TLSv1.
    minimum_protocol_version = length(var.aliases) == 0 ? "TLSv1" : "TLSv1.2_2021"
  }

  lifecycle {
    precondition {
      condition     = length(var.aliases) == 0 || var.certificate_arn != null
      error_message = "A domain of the shop's own needs a certificate."
    }
  }
}
