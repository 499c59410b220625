locals {
  # Each alarm: the metric, when it is at fault, and what to look at. All tell the one topic.
  alarms = merge(
    {
      api-errors = {
        text       = "API Gateway answered at least 10 requests of 5 minutes with 5xx. Look for the route in the access log."
        namespace  = "AWS/ApiGateway"
        metric     = "5xx"
        dimensions = { ApiId = var.api_id }
        statistic  = "Sum"
        at_least   = 10
        periods    = 1
      }
      api-latency = {
        text       = "Half of the API's answers of 15 minutes took more than 2 s."
        namespace  = "AWS/ApiGateway"
        metric     = "Latency"
        dimensions = { ApiId = var.api_id }
        statistic  = "p50"
        at_least   = 2000
        periods    = 3
      }
      load-balancer-errors = {
        text       = "The internal load balancer itself answered 5xx at least 10 times in 5 minutes: no pod behind it answers. Look at the pods' readiness."
        namespace  = "AWS/ApplicationELB"
        metric     = "HTTPCode_ELB_5XX_Count"
        dimensions = { LoadBalancer = var.load_balancer.arn_suffix }
        statistic  = "Sum"
        at_least   = 10
        periods    = 1
      }
    },
    { for key, group in var.load_balancer.target_groups : "${key}-unhealthy" => {
      text       = "A pod of ${key} has not been ready for 15 minutes, as the load balancer sees it."
      namespace  = "AWS/ApplicationELB"
      metric     = "UnHealthyHostCount"
      dimensions = { LoadBalancer = var.load_balancer.arn_suffix, TargetGroup = group }
      statistic  = "Maximum"
      at_least   = 1
      periods    = 3
    } },
    { for key, instance in var.databases : "database-${key}-connections" => {
      # db.t4g.micro takes about 110, 3 of them for administrators; helm/README.md's table comes to 100 at most.
      text       = "The ${key} database has 104 connections or more: more pods or functions than helm/README.md's table counts."
      namespace  = "AWS/RDS"
      metric     = "DatabaseConnections"
      dimensions = { DBInstanceIdentifier = instance }
      statistic  = "Maximum"
      at_least   = 104
      periods    = 2
    } },
    { for key, instance in var.databases : "database-${key}-cpu" => {
      text       = "The ${key} database has used 80 % of its CPU for 15 minutes; a burstable instance slows down when its credits are gone."
      namespace  = "AWS/RDS"
      metric     = "CPUUtilization"
      dimensions = { DBInstanceIdentifier = instance }
      statistic  = "Average"
      at_least   = 80
      periods    = 3
    } },
    {
      cache-memory = {
        text       = "Redis uses 80 % of its memory. It holds hints only; past 100 % it forgets some."
        namespace  = "AWS/ElastiCache"
        metric     = "DatabaseMemoryUsagePercentage"
        dimensions = { CacheClusterId = var.cache }
        statistic  = "Maximum"
        at_least   = 80
        periods    = 3
      }
    },
    var.broker == null ? {} : { for queue in var.dead_letter_queues : "waiting-in-${replace(queue, ".", "-")}" => {
      text       = "A message was given up and waits in ${queue}; the header says why. The order itself goes on by the sweeper, or ends as FAILED."
      namespace  = "AWS/AmazonMQ"
      metric     = "MessageCount"
      dimensions = { Broker = var.broker, VirtualHost = "/", Queue = queue }
      statistic  = "Maximum"
      at_least   = 1
      periods    = 1
    } },
    var.broker == null ? {} : { for queue in var.work_queues : "backlog-of-${queue}" => {
      text       = "10,000 messages or more have waited in ${queue} for 15 minutes: consumers are away or too slow."
      namespace  = "AWS/AmazonMQ"
      metric     = "MessageCount"
      dimensions = { Broker = var.broker, VirtualHost = "/", Queue = queue }
      statistic  = "Minimum"
      at_least   = 10000
      periods    = 3
    } },
  )
}

resource "aws_cloudwatch_metric_alarm" "at_least" {
  for_each = local.alarms

  alarm_name        = "${var.name}-${each.key}"
  alarm_description = each.value.text

  namespace          = each.value.namespace
  metric_name        = each.value.metric
  dimensions         = each.value.dimensions
  statistic          = startswith(each.value.statistic, "p") ? null : each.value.statistic
  extended_statistic = startswith(each.value.statistic, "p") ? each.value.statistic : null
  period             = 300

  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = each.value.at_least
  evaluation_periods  = each.value.periods
  treat_missing_data  = "notBreaching"

  alarm_actions = [aws_sns_topic.alarms.arn]
  ok_actions    = [aws_sns_topic.alarms.arn]
}

resource "aws_cloudwatch_metric_alarm" "storage" {
  for_each = var.databases

  alarm_name        = "${var.name}-database-${each.key}-storage"
  alarm_description = "The ${each.key} database has less than 2 GiB of disk left. It grows by itself up to its limit: see max_allocated_storage."

  namespace   = "AWS/RDS"
  metric_name = "FreeStorageSpace"
  dimensions  = { DBInstanceIdentifier = each.value }
  statistic   = "Minimum"
  period      = 300

  comparison_operator = "LessThanThreshold"
  threshold           = 2 * 1024 * 1024 * 1024
  evaluation_periods  = 3
  treat_missing_data  = "notBreaching"

  alarm_actions = [aws_sns_topic.alarms.arn]
  ok_actions    = [aws_sns_topic.alarms.arn]
}

resource "aws_cloudwatch_metric_alarm" "distribution" {
  provider = aws.us_east_1

  alarm_name        = "${var.name}-edge-errors"
  alarm_description = "5 % of CloudFront's answers of 15 minutes were 5xx."

  namespace   = "AWS/CloudFront"
  metric_name = "5xxErrorRate"
  dimensions  = { DistributionId = var.distribution_id, Region = "Global" }
  statistic   = "Average"
  period      = 300

  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 5
  evaluation_periods  = 3
  treat_missing_data  = "notBreaching"

  alarm_actions = [aws_sns_topic.edge_alarms.arn]
  ok_actions    = [aws_sns_topic.edge_alarms.arn]
}

resource "aws_cloudwatch_metric_alarm" "health_check" {
  provider = aws.us_east_1
  count    = var.health_check == null ? 0 : 1

  alarm_name        = "${var.name}-shop-unreachable"
  alarm_description = "The shop does not answer GET /api/health from outside AWS's region."

  namespace   = "AWS/Route53"
  metric_name = "HealthCheckStatus"
  dimensions  = { HealthCheckId = var.health_check.id }
  statistic   = "Minimum"
  period      = 60

  comparison_operator = "LessThanThreshold"
  threshold           = 1
  evaluation_periods  = 2
  treat_missing_data  = "breaching"

  alarm_actions = [aws_sns_topic.edge_alarms.arn]
  ok_actions    = [aws_sns_topic.edge_alarms.arn]
}
