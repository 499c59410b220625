mock_provider "aws" {
  mock_resource "aws_cloudfront_function" {
    defaults = { arn = "arn:aws:cloudfront::123456789012:function/velure-test" }
  }
  mock_resource "aws_cloudfront_distribution" {
    defaults = { arn = "arn:aws:cloudfront::123456789012:distribution/E1" }
  }
  mock_resource "aws_s3_bucket" {
    defaults = { arn = "arn:aws:s3:::velure-test-web-123456789012", bucket_regional_domain_name = "velure-test-web-123456789012.s3.us-east-1.amazonaws.com" }
  }
}

variables {
  name            = "velure-test"
  account_id      = "123456789012"
  web_dist        = "./tests/pages"
  api_domain_name = "a1b2c3.execute-api.us-east-1.amazonaws.com"
  origin_secret   = "canary-origin-secret-01"
  price_class     = "PriceClass_100"

  load_balancer = {
    arn      = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/velure-test/1"
    dns_name = "velure-test-1.elb.us-east-1.amazonaws.com"
  }
}

run "streams_come_before_the_api_and_are_never_buffered" {
  assert {
    condition     = [for behaviour in aws_cloudfront_distribution.this.ordered_cache_behavior : behaviour.path_pattern] == ["/api/me/orders/events", "/api/me/orders/*/events", "/api/*", "/.well-known/jwks.json"]
    error_message = "The first match wins."
  }

  assert {
    condition     = alltrue([for behaviour in aws_cloudfront_distribution.this.ordered_cache_behavior : behaviour.compress == false && behaviour.cache_policy_id == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"])
    error_message = "Answers of the API and streams are neither cached nor compressed."
  }

  assert {
    condition     = [for behaviour in aws_cloudfront_distribution.this.ordered_cache_behavior : behaviour.target_origin_id] == ["streams", "streams", "api", "api"]
    error_message = "Streams go to the load balancer, everything else to the API."
  }
}

run "only_the_api_sees_the_origin_header_and_nothing_of_internal_is_reachable" {
  assert {
    condition     = alltrue([for origin in aws_cloudfront_distribution.this.origin : length(origin.custom_header) == (origin.origin_id == "api" ? 1 : 0)])
    error_message = "The header goes to the API alone."
  }

  assert {
    condition     = !anytrue([for behaviour in aws_cloudfront_distribution.this.ordered_cache_behavior : strcontains(behaviour.path_pattern, "internal")])
    error_message = "Internal endpoints have no way through the CDN."
  }
}

run "the_bucket_is_read_by_this_distribution_alone" {
  assert {
    condition = alltrue([
      for statement in jsondecode(module.web.policy).Statement :
      statement.Condition.StringEquals["AWS:SourceArn"] == "arn:aws:cloudfront::123456789012:distribution/E1" if statement.Effect == "Allow"
    ])
    error_message = "Each permission is this distribution's."
  }
}

run "hashed_files_stay_for_ever_and_pages_are_asked_for_again" {
  assert {
    condition     = strcontains(aws_s3_object.file["assets/index-1a2b3c.js"].cache_control, "immutable") && aws_s3_object.file["assets/index-1a2b3c.js"].content_type == "text/javascript; charset=utf-8"
    error_message = "A name with a hash never changes its content."
  }

  assert {
    condition     = aws_s3_object.index.cache_control == "no-cache" && aws_s3_object.file["robots.txt"].cache_control == "no-cache"
    error_message = "A name without a hash may."
  }
}

run "headers_are_strict" {
  assert {
    condition     = startswith(aws_cloudfront_response_headers_policy.pages.security_headers_config[0].content_security_policy[0].content_security_policy, "default-src 'none'; ") && !strcontains(aws_cloudfront_response_headers_policy.pages.security_headers_config[0].content_security_policy[0].content_security_policy, "unsafe")
    error_message = "What is not named is refused."
  }

  assert {
    condition     = aws_cloudfront_response_headers_policy.data.security_headers_config[0].content_security_policy[0].content_security_policy == "default-src 'none'; frame-ancestors 'none'"
    error_message = "Data runs nothing."
  }

  assert {
    condition     = aws_cloudfront_response_headers_policy.pages.security_headers_config[0].strict_transport_security[0].access_control_max_age_sec == 63072000
    error_message = "Browsers keep to HTTPS for two years."
  }
}

run "a_domain_of_its_own_has_modern_tls" {
  variables {
    aliases         = ["shop.example.com"]
    certificate_arn = "arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"
  }

  assert {
    condition     = aws_cloudfront_distribution.this.viewer_certificate[0].minimum_protocol_version == "TLSv1.2_2021"
    error_message = "Nothing below TLS 1.2."
  }
}

run "a_domain_without_a_certificate_is_refused" {
  command = plan

  variables {
    aliases = ["shop.example.com"]
  }

  expect_failures = [aws_cloudfront_distribution.this]
}

run "without_a_built_web_application_nothing_is_made" {
  command = plan

  variables {
    web_dist = "./tests/nowhere"
  }

  expect_failures = [aws_s3_object.index]
}

run "what_is_read_from_the_bucket_is_signed" {
  assert {
    condition     = aws_cloudfront_origin_access_control.web.signing_behavior == "always" && one([for origin in aws_cloudfront_distribution.this.origin : origin.origin_access_control_id if origin.origin_id == "web"]) == aws_cloudfront_origin_access_control.web.id
    error_message = "CloudFront signs what it reads."
  }
}

run "viewers_are_on_https_and_origins_see_what_they_need" {
  assert {
    condition     = aws_cloudfront_distribution.this.default_cache_behavior[0].viewer_protocol_policy == "redirect-to-https" && alltrue([for behaviour in aws_cloudfront_distribution.this.ordered_cache_behavior : behaviour.viewer_protocol_policy == "https-only"])
    error_message = "A page is redirected, and data is never answered in the clear."
  }

  assert {
    condition     = [for behaviour in aws_cloudfront_distribution.this.ordered_cache_behavior : behaviour.origin_request_policy_id == "b689b0a8-53d0-40ab-baf2-68738e2966ac"] == [false, false, true, true]
    error_message = "API Gateway refuses a Host that is not its own."
  }

  assert {
    condition     = [for behaviour in aws_cloudfront_distribution.this.ordered_cache_behavior : contains(behaviour.allowed_methods, "POST")] == [false, false, true, true]
    error_message = "Streams are read only."
  }

  assert {
    condition     = one([for origin in aws_cloudfront_distribution.this.origin : one(origin.custom_origin_config).origin_protocol_policy if origin.origin_id == "api"]) == "https-only" && one([for origin in aws_cloudfront_distribution.this.origin : one(origin.vpc_origin_config).origin_read_timeout if origin.origin_id == "streams"]) == 60
    error_message = "The API is called over TLS, and a stream may be silent for longer than its heartbeat of 15 s."
  }
}

run "pages_alone_go_through_the_function" {
  assert {
    condition     = one(aws_cloudfront_distribution.this.default_cache_behavior[0].function_association).event_type == "viewer-request" && alltrue([for behaviour in aws_cloudfront_distribution.this.ordered_cache_behavior : length(behaviour.function_association) == 0])
    error_message = "The function turns paths into index.html; the API's are its own."
  }

  assert {
    condition     = aws_cloudfront_function.viewer_request.code == file("./viewer-request.js") && aws_cloudfront_function.viewer_request.publish
    error_message = "What is tested is what runs."
  }
}

run "every_answer_has_one_of_the_two_sets_of_headers" {
  assert {
    condition     = aws_cloudfront_distribution.this.default_cache_behavior[0].response_headers_policy_id == aws_cloudfront_response_headers_policy.pages.id && alltrue([for behaviour in aws_cloudfront_distribution.this.ordered_cache_behavior : behaviour.response_headers_policy_id == aws_cloudfront_response_headers_policy.data.id])
    error_message = "An answer leaves without headers."
  }

  assert {
    condition = alltrue([for policy in [aws_cloudfront_response_headers_policy.pages, aws_cloudfront_response_headers_policy.data] :
      policy.security_headers_config[0].content_type_options[0].override
      && policy.security_headers_config[0].frame_options[0].frame_option == "DENY"
      && policy.security_headers_config[0].referrer_policy[0].referrer_policy == "same-origin"
      && anytrue([for header in policy.custom_headers_config[0].items : header.header == "Cross-Origin-Resource-Policy" && header.value == "same-origin"])
    ])
    error_message = "Neither pages nor data may be framed, sniffed, or read by another origin."
  }

  assert {
    condition     = !aws_cloudfront_response_headers_policy.pages.security_headers_config[0].strict_transport_security[0].include_subdomains
    error_message = "Other names under the shop's domain are not the shop's."
  }
}

run "a_guessable_origin_header_is_refused" {
  command = plan

  variables {
    origin_secret = "short"
  }

  expect_failures = [var.origin_secret]
}

run "a_certificate_of_another_region_is_refused" {
  command = plan

  variables {
    aliases         = ["shop.example.com"]
    certificate_arn = "arn:aws:acm:sa-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"
  }

  expect_failures = [var.certificate_arn]
}

run "a_regional_web_acl_is_refused" {
  command = plan

  variables {
    web_acl_arn = "arn:aws:wafv2:us-east-1:123456789012:regional/webacl/shop/1"
  }

  expect_failures = [var.web_acl_arn]
}

run "an_api_by_its_url_is_refused" {
  command = plan

  variables {
    api_domain_name = "https://a1b2c3.execute-api.us-east-1.amazonaws.com"
  }

  expect_failures = [var.api_domain_name]
}

run "a_price_class_that_cloudfront_does_not_have_is_refused" {
  command = plan

  variables {
    price_class = "PriceClass_300"
  }

  expect_failures = [var.price_class]
}
