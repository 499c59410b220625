resource "aws_sns_topic" "alarms" {
  name = "${var.name}-alarms"
}

# CloudFront and Route 53 publish their metrics in us-east-1, and an alarm tells only a topic of its own region.
resource "aws_sns_topic" "edge_alarms" {
  provider = aws.us_east_1

  name = "${var.name}-edge-alarms"
}

locals {
  # Who may tell: alarms of this account. The budget tells by mail.
  publishers = {
    Version = "2012-10-17"
    Statement = [{
      Sid       = "AlarmsOfThisAccount"
      Effect    = "Allow"
      Principal = { Service = "cloudwatch.amazonaws.com" }
      Action    = "sns:Publish"
      Condition = { StringEquals = { "aws:SourceAccount" = var.account.id } }
    }]
  }
}

resource "aws_sns_topic_policy" "alarms" {
  arn = aws_sns_topic.alarms.arn
  policy = jsonencode(merge(local.publishers, {
    Statement = [merge(local.publishers.Statement[0], { Resource = aws_sns_topic.alarms.arn })]
  }))
}

resource "aws_sns_topic_policy" "edge_alarms" {
  provider = aws.us_east_1

  arn = aws_sns_topic.edge_alarms.arn
  policy = jsonencode(merge(local.publishers, {
    Statement = [merge(local.publishers.Statement[0], { Resource = aws_sns_topic.edge_alarms.arn })]
  }))
}

resource "aws_sns_topic_subscription" "alarms" {
  for_each = var.alarm_emails

  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = each.key
}

resource "aws_sns_topic_subscription" "edge_alarms" {
  provider = aws.us_east_1
  for_each = var.alarm_emails

  topic_arn = aws_sns_topic.edge_alarms.arn
  protocol  = "email"
  endpoint  = each.key
}
