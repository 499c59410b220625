mock_provider "aws" {}

variables {
  name       = "velure-test"
  region     = "us-east-1"
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

run "what_is_not_used_is_not_billed" {
  variables {
    quantities = { eks-cluster = 1, nat-gateway = 0 }
  }

  assert {
    condition     = output.monthly_floor_usd == "73.00" && !contains(keys(output.lines_micro_usd), "nat-gateway")
    error_message = "Nought of a thing is no line."
  }
}

run "an_unknown_price_makes_a_lower_bound_and_never_borrows_another_regions" {
  variables {
    region     = "sa-east-1"
    quantities = { eks-cluster = 1, "mq:mq.m7g.medium" = 1 }
  }

  assert {
    condition     = output.monthly_floor_usd == ">= 73.00 (no price on record in sa-east-1 for mq:mq.m7g.medium)" && join(",", output.unknown) == "mq:mq.m7g.medium"
    error_message = "The output says what it lacks: ${output.monthly_floor_usd}"
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

run "with_a_reader_there_is_a_budget_a_quarter_above_the_floor" {
  variables {
    emails = ["operator@example.com"]
  }

  assert {
    condition     = aws_budgets_budget.this[0].limit_amount == "133" && length(aws_budgets_budget.this[0].notification) == 2
    error_message = "105.85 and a quarter, rounded up: ${aws_budgets_budget.this[0].limit_amount}"
  }
}

run "half_a_cluster_is_refused" {
  command = plan

  variables {
    quantities = { eks-cluster = 0.5 }
  }

  expect_failures = [var.quantities]
}
