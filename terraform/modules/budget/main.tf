locals {
  used    = { for name, quantity in var.quantities : name => quantity if quantity > 0 }
  lines   = { for name, quantity in local.used : name => quantity * local.monthly[name] if try(local.monthly[name], null) != null }
  unknown = sort([for name in keys(local.used) : name if try(local.monthly[name], null) == null])

  # Whole numbers all the way; cents only here, rounded half up.
  micros = sum(concat([0], values(local.lines)))
  cents  = floor((local.micros + 5000) / 10000)
  usd    = format("%d.%02d", floor(local.cents / 100), local.cents % 100)

  limit_usd = var.limit_usd == null ? max(1, ceil(local.micros * 5 / 4 / 1000000)) : var.limit_usd
}

resource "aws_budgets_budget" "this" {
  count = length(var.emails) == 0 ? 0 : 1

  name         = var.name
  budget_type  = "COST"
  time_unit    = "MONTHLY"
  limit_amount = tostring(local.limit_usd)
  limit_unit   = "USD"

  # The whole account: a filter by tag sees nothing until somebody has turned the tag on for billing.
  notification {
    notification_type          = "ACTUAL"
    comparison_operator        = "GREATER_THAN"
    threshold                  = 80
    threshold_type             = "PERCENTAGE"
    subscriber_email_addresses = var.emails
  }

  notification {
    notification_type          = "FORECASTED"
    comparison_operator        = "GREATER_THAN"
    threshold                  = 100
    threshold_type             = "PERCENTAGE"
    subscriber_email_addresses = var.emails
  }
}
