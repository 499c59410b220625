mock_provider "aws" {}

variables {
  name         = "velure-test"
  repositories = ["relay", "velure"]
  force_delete = true
}

run "a_tag_names_one_image_for_ever" {
  assert {
    condition     = alltrue([for repository in aws_ecr_repository.this : repository.image_tag_mutability == "IMMUTABLE" && repository.image_scanning_configuration[0].scan_on_push])
    error_message = "Tags do not move, and images are scanned."
  }

  assert {
    condition     = aws_ecr_repository.this["relay"].name == "velure-test/relay"
    error_message = "Repositories are named after the installation."
  }
}

run "old_images_expire" {
  assert {
    condition     = jsondecode(aws_ecr_lifecycle_policy.this["relay"].policy).rules[0].selection.countNumber == 20
    error_message = "A repository keeps 20 images."
  }
}

run "one_image_is_no_way_back" {
  command = plan

  variables {
    kept_images = 1
  }

  expect_failures = [var.kept_images]
}

run "a_shop_that_is_kept_keeps_its_images" {
  variables {
    force_delete = false
  }

  assert {
    condition     = alltrue([for repository in aws_ecr_repository.this : !repository.force_delete])
    error_message = "Destroy stops at images."
  }
}

run "images_are_found_by_their_repository" {
  assert {
    condition     = toset(keys(output.repository_urls)) == toset(["relay", "velure"]) && toset(keys(output.repository_arns)) == toset(["relay", "velure"])
    error_message = "Each has its URL and ARN."
  }
}

run "a_registry_of_nothing_is_refused" {
  command = plan

  variables {
    repositories = []
  }

  expect_failures = [var.repositories]
}
