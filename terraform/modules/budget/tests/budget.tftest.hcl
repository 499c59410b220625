mock_provider "aws" {}

# Prices that are made up, so that sums stay what they are when a real one is read again.
variables {
  name       = "velure-test"
  region     = "xx-made-1"
  cost_dir   = "./tests/cost"
  emails     = []
  quantities = { eks-cluster = 1, nat-gateway = 1 }
}

run "the_floor_is_exact" {
  assert {
    condition     = output.monthly_floor_usd == "105.85" && output.monthly_floor_micro_usd == 105850000
    error_message = "730 hours of $0.10 and $0.045: ${output.monthly_floor_usd}"
  }

  assert {
    condition     = length(aws_budgets_budget.this) == 0
    error_message = "AWS wants a reader for every notification."
  }
}

run "each_kind_of_price_counts_as_it_is_billed" {
  variables {
    quantities = {
      "node:t4g.medium"              = 2
      "spot:t4g.medium"              = 2
      "rds:db.t4g.micro"             = 2
      "rds-proxy"                    = 1
      "cache:valkey:cache.t4g.micro" = 1
      "secret"                       = 30
      "ebs-gib"                      = 48
    }
  }

  assert {
    condition = output.lines_micro_usd == {
      "node:t4g.medium"              = 65524800
      "spot:t4g.medium"              = 32762400
      "rds:db.t4g.micro"             = 23360000
      "rds-proxy"                    = 21900000
      "cache:valkey:cache.t4g.micro" = 9344000
      "secret"                       = 12000000
      "ebs-gib"                      = 3840000
    }
    error_message = "Hours by 730, months by one, a proxy by two virtual CPUs, Spot by what is left: ${jsonencode(output.lines_micro_usd)}"
  }
}

run "what_is_not_used_is_not_billed" {
  variables {
    quantities = { eks-cluster = 1, nat-gateway = 0 }
  }

  assert {
    condition     = output.monthly_floor_usd == "73.00" && !contains(keys(output.lines_micro_usd), "nat-gateway")
    error_message = "Nought of a thing is no line."
  }
}

run "a_price_that_nobody_has_read_makes_a_lower_bound" {
  variables {
    quantities = { eks-cluster = 1, "mq:mq.m7g.medium" = 1, kms-key = 1, "a thing of tomorrow" = 1 }
  }

  assert {
    condition     = output.monthly_floor_usd == ">= 73.00 (no price on record in xx-made-1 for a thing of tomorrow, kms-key, mq:mq.m7g.medium)"
    error_message = "Null, missing and unheard of are all said: ${output.monthly_floor_usd}"
  }
}

run "a_region_without_prices_says_so" {
  variables {
    region = "eu-west-1"
  }

  assert {
    condition     = startswith(output.monthly_floor_usd, ">= 0.00 (no price on record in eu-west-1 for eks-cluster")
    error_message = "No region stands in for another: ${output.monthly_floor_usd}"
  }
}

run "the_catalogue_of_the_cost_model_has_a_price_for_everything_the_shop_uses" {
  variables {
    region   = "us-east-1"
    cost_dir = null
    quantities = {
      eks-cluster                    = 1, nat-gateway = 1, public-ipv4 = 1, interface-endpoint = 1, application-load-balancer = 1, network-load-balancer = 1
      "node:t4g.medium"              = 1, "node:t3.medium" = 1, "spot:t4g.medium" = 1, "spot:t3.medium" = 1
      "rds:db.t4g.micro"             = 1, rds-gib = 1, rds-proxy = 1, "mq:mq.m7g.medium" = 1, mq-gib = 1, "docdb:db.t4g.medium" = 1
      "cache:valkey:cache.t4g.micro" = 1, "cache:redis:cache.t4g.micro" = 1, ebs-gib = 1
      secret                         = 1, kms-key = 1, hosted-zone = 1, health-check = 1, alarm = 1, dashboard = 1
    }
  }

  assert {
    condition     = length(output.unknown) == 0 && length(output.lines_micro_usd) == 25
    error_message = "A key of prices.tf is not in cost/prices/us-east-1.json: ${join(", ", output.unknown)}"
  }
}

run "with_a_reader_there_is_a_budget_a_quarter_above_the_floor" {
  variables {
    emails = ["operator@example.com"]
  }

  assert {
    condition     = aws_budgets_budget.this[0].limit_amount == "133" && length(aws_budgets_budget.this[0].notification) == 2
    error_message = "105.85 and a quarter, rounded up: ${aws_budgets_budget.this[0].limit_amount}"
  }

  assert {
    condition     = alltrue([for notice in aws_budgets_budget.this[0].notification : notice.subscriber_email_addresses == toset(["operator@example.com"])])
    error_message = "Both notifications reach the reader."
  }
}

run "a_budget_is_a_dollar_at_least_and_as_given_otherwise" {
  variables {
    emails     = ["operator@example.com"]
    quantities = {}
  }

  assert {
    condition     = aws_budgets_budget.this[0].limit_amount == "1"
    error_message = "AWS refuses a budget of nought."
  }
}

run "a_limit_of_ones_own_counts" {
  variables {
    emails    = ["operator@example.com"]
    limit_usd = 40
  }

  assert {
    condition     = aws_budgets_budget.this[0].limit_amount == "40"
    error_message = "limit_usd as given."
  }
}

run "half_a_cluster_is_refused" {
  command = plan

  variables {
    quantities = { eks-cluster = 0.5 }
  }

  expect_failures = [var.quantities]
}

run "a_limit_of_cents_is_refused" {
  command = plan

  variables {
    limit_usd = 0.5
  }

  expect_failures = [var.limit_usd]
}

run "a_reader_without_an_address_is_refused" {
  command = plan

  variables {
    emails = ["operator"]
  }

  expect_failures = [var.emails]
}
