mock_provider "aws" {
  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:eu-west-1:123456789012:velure-test-alarms" }
  }
}

mock_provider "aws" {
  alias = "us_east_1"

  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:us-east-1:123456789012:velure-test-edge-alarms" }
  }
}

variables {
  name               = "velure-test"
  account            = { id = "123456789012", region = "eu-west-1" }
  alarm_emails       = ["operator@example.com"]
  api_id             = "a1b2c3"
  distribution_id    = "E1"
  load_balancer      = { arn_suffix = "app/velure-test/1", target_groups = { sse-gateway = "targetgroup/strea-1/1" } }
  functions          = { place-order = "velure-test-place-order" }
  databases          = { auth = "velure-test-auth", orders = "velure-test-orders" }
  cache              = "velure-test-001"
  broker             = "velure-test"
  dead_letter_queues = ["process-order-queue.dlq"]
  work_queues        = ["process-order-queue"]
  cluster_name       = "velure-test"
}

run "every_alarm_tells_somebody_and_says_what_to_do" {
  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.at_least : alarm.alarm_actions == toset([aws_sns_topic.alarms.arn]) && length(alarm.alarm_description) > 40])
    error_message = "An alarm that nobody hears, or understands, is none."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.distribution.alarm_actions == toset([aws_sns_topic.edge_alarms.arn])
    error_message = "CloudFront's metrics are in us-east-1, and so is their topic."
  }

  assert {
    condition     = length(aws_sns_topic_subscription.alarms) == 1 && length(aws_sns_topic_subscription.edge_alarms) == 1
    error_message = "Both topics reach the operator."
  }

  assert {
    condition     = output.alarm_count == length(aws_cloudwatch_metric_alarm.at_least) + length(aws_cloudwatch_metric_alarm.storage) + 1
    error_message = "The budget counts each."
  }
}

run "connections_alarm_above_what_the_pods_may_use" {
  assert {
    condition     = aws_cloudwatch_metric_alarm.at_least["database-orders-connections"].threshold == 104
    error_message = "helm/README.md counts 100 at most, of about 110."
  }
}

run "only_this_accounts_alarms_may_publish" {
  assert {
    condition = alltrue([
      for statement in jsondecode(aws_sns_topic_policy.alarms.policy).Statement :
      statement.Principal.Service == "cloudwatch.amazonaws.com" && statement.Condition.StringEquals["aws:SourceAccount"] == "123456789012"
    ])
    error_message = "Nobody else writes to operators."
  }
}

run "a_broker_in_the_cluster_has_no_alarm_of_amazon_mqs" {
  variables {
    broker = null
  }

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.at_least : alarm.namespace != "AWS/AmazonMQ"])
    error_message = "Its metrics are Prometheus's."
  }
}

run "a_shop_with_a_health_check_is_watched_from_outside" {
  variables {
    health_check = { id = "11111111-2222-3333-4444-555555555555" }
  }

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.health_check) == 1 && aws_cloudwatch_metric_alarm.health_check[0].treat_missing_data == "breaching"
    error_message = "Silence is a fault."
  }
}

run "the_dashboard_shows_what_there_is" {
  assert {
    condition     = length(jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets) == 11
    error_message = "A line of text and ten graphs."
  }

  assert {
    condition = alltrue([for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets :
      widget.properties.region == (anytrue([for metric in widget.properties.metrics : metric[0] == "AWS/CloudFront"]) ? "us-east-1" : "eu-west-1") if widget.type == "metric"
    ])
    error_message = "A graph asks the region that has the metric."
  }
}

run "a_graph_without_metrics_is_left_out" {
  variables {
    functions = {}
    broker    = null
  }

  assert {
    condition     = length(jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets) == 8
    error_message = "CloudWatch refuses a graph of nothing."
  }
}

run "what_waits_and_what_was_given_up_is_told" {
  assert {
    condition     = aws_cloudwatch_metric_alarm.at_least["waiting-in-process-order-queue-dlq"].threshold == 1 && aws_cloudwatch_metric_alarm.at_least["backlog-of-process-order-queue"].threshold == 10000
    error_message = "One message in a dead-letter queue is a fault, ten thousand in a working one are."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.at_least["api-latency"].extended_statistic == "p50" && aws_cloudwatch_metric_alarm.at_least["api-latency"].statistic == null
    error_message = "A percentile is an extended statistic."
  }
}

run "a_reader_without_an_address_is_refused" {
  command = plan

  variables {
    alarm_emails = ["operator"]
  }

  expect_failures = [var.alarm_emails]
}
