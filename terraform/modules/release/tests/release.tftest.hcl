# terraform_data is built in, so nothing is mocked; Helm is off, so nothing is started.
variables {
  name      = "relay"
  chart     = { path = "./tests/chart" }
  namespace = "velure"
  values    = { replicas = 2 }
  cluster   = { name = "velure-test", region = "us-east-1" }
  enabled   = false
}

run "a_release_is_recorded_with_its_chart_and_values" {
  assert {
    condition     = terraform_data.helm.triggers_replace.values == jsonencode({ replicas = 2 }) && length(terraform_data.helm.triggers_replace.chart) == 64
    error_message = "The chart is known by the hash of its files."
  }
}

run "other_values_run_helm_again" {
  command = plan

  variables {
    values = { replicas = 3 }
  }

  assert {
    condition     = terraform_data.helm.triggers_replace.values == jsonencode({ replicas = 3 })
    error_message = "Values are a reason to run."
  }
}

run "what_the_chart_takes_from_a_library_is_part_of_it" {
  command = plan

  variables {
    libraries = ["./tests"]
  }

  assert {
    condition     = terraform_data.helm.triggers_replace.chart != sha256("Chart.yaml ${filesha256("./tests/chart/Chart.yaml")}\ntemplates/thing.yaml ${filesha256("./tests/chart/templates/thing.yaml")}")
    error_message = "A change in a library is a change of the chart."
  }
}

run "a_public_chart_is_its_version" {
  command = plan

  variables {
    chart = { repository = "https://charts.example", name = "keda", version = "2.17.2" }
  }

  assert {
    condition     = terraform_data.helm.triggers_replace.chart == "https://charts.example keda 2.17.2"
    error_message = "A pinned version changes nothing until it is raised."
  }
}

run "a_public_chart_without_a_version_is_refused" {
  command = plan

  variables {
    chart = { repository = "https://charts.example", name = "keda" }
  }

  expect_failures = [var.chart]
}

run "on_again_helm_runs_with_exactly_this" {
  command = plan

  variables {
    enabled = true
  }

  assert {
    condition = terraform_data.helm.triggers_replace == {
      enabled   = true
      name      = "relay"
      namespace = "velure"
      chart     = terraform_data.helm.triggers_replace.chart
      values    = jsonencode({ replicas = 2 })
      cluster   = "velure-test"
    }
    error_message = "Nothing but the switch, the chart, its values and where it goes makes Helm run."
  }
}

run "a_folder_and_a_repository_at_once_are_refused" {
  command = plan

  variables {
    chart = { path = "./tests/chart", repository = "https://charts.example", name = "keda", version = "2.17.2" }
  }

  expect_failures = [var.chart]
}

run "a_name_that_kubernetes_refuses_is_refused" {
  command = plan

  variables {
    name = "Relay_1"
  }

  expect_failures = [var.name]
}

run "a_wait_of_nothing_is_refused" {
  command = plan

  variables {
    timeout_s = 0
  }

  expect_failures = [var.timeout_s]
}
