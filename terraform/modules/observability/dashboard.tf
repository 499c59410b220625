locals {
  graph = { type = "metric", width = 12, height = 6 }

  # From top to bottom: what a shopper feels, what answers, what it waits for.
  graphs = [
    {
      title   = "Requests and errors of the API"
      region  = var.account.region
      stat    = "Sum"
      metrics = [for metric in ["Count", "4xx", "5xx"] : ["AWS/ApiGateway", metric, "ApiId", var.api_id]]
    },
    {
      title  = "Time to answer, ms"
      region = var.account.region
      stat   = "p50"
      metrics = [for stat in ["p50", "p95", "p99"] : [
        "AWS/ApiGateway", "Latency", "ApiId", var.api_id, { stat = stat, label = stat },
      ]]
    },
    {
      title  = "CloudFront: requests and share of errors"
      region = "us-east-1"
      stat   = "Sum"
      metrics = [
        ["AWS/CloudFront", "Requests", "DistributionId", var.distribution_id, "Region", "Global"],
        ["AWS/CloudFront", "5xxErrorRate", "DistributionId", var.distribution_id, "Region", "Global", { stat = "Average", yAxis = "right" }],
      ]
    },
    {
      title  = "Load balancer: connections (streams) and errors"
      region = var.account.region
      stat   = "Sum"
      metrics = [for metric in ["ActiveConnectionCount", "HTTPCode_ELB_5XX_Count", "HTTPCode_Target_5XX_Count"] : [
        "AWS/ApplicationELB", metric, "LoadBalancer", var.load_balancer.arn_suffix,
      ]]
    },
    {
      title   = "Functions: errors"
      region  = var.account.region
      stat    = "Sum"
      metrics = [for key, function in var.functions : ["AWS/Lambda", "Errors", "FunctionName", function, { label = key }]]
    },
    {
      title   = "Functions: refused for lack of concurrency"
      region  = var.account.region
      stat    = "Sum"
      metrics = [for key, function in var.functions : ["AWS/Lambda", "Throttles", "FunctionName", function, { label = key }]]
    },
    {
      title   = "Databases: connections"
      region  = var.account.region
      stat    = "Maximum"
      metrics = [for key, instance in var.databases : ["AWS/RDS", "DatabaseConnections", "DBInstanceIdentifier", instance, { label = key }]]
    },
    {
      title   = "Databases: CPU, %"
      region  = var.account.region
      stat    = "Average"
      metrics = [for key, instance in var.databases : ["AWS/RDS", "CPUUtilization", "DBInstanceIdentifier", instance, { label = key }]]
    },
    {
      title   = "Redis: memory, %, and keys forgotten"
      region  = var.account.region
      stat    = "Maximum"
      metrics = [for metric in ["DatabaseMemoryUsagePercentage", "Evictions"] : ["AWS/ElastiCache", metric, "CacheClusterId", var.cache]]
    },
    {
      title  = "Queues: messages waiting"
      region = var.account.region
      stat   = "Maximum"
      metrics = var.broker == null ? [] : [for queue in concat(tolist(var.work_queues), tolist(var.dead_letter_queues)) : [
        "AWS/AmazonMQ", "MessageCount", "Broker", var.broker, "VirtualHost", "/", "Queue", queue, { label = queue },
      ]]
    },
  ]

  # A graph without metrics (no function, no broker) is left out: CloudWatch refuses it.
  shown = [for graph in local.graphs : graph if length(graph.metrics) > 0]
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.name
  dashboard_body = jsonencode({
    widgets = concat(
      [{
        type       = "text", x = 0, y = 0, width = 24, height = 1
        properties = { markdown = "# ${var.name}: pods of EKS cluster `${var.cluster_name}` tell Prometheus; see helm/README.md" }
      }],
      [for index, graph in local.shown : merge(local.graph, {
        x = index % 2 * 12
        y = 1 + floor(index / 2) * 6
        properties = {
          title   = graph.title
          region  = graph.region
          stat    = graph.stat
          period  = 300
          view    = "timeSeries"
          metrics = graph.metrics
        }
      })],
    )
  })
}
