mock_provider "aws" {}

variables {
  name              = "velure-test-mongodb"
  availability_zone = "eu-west-1a"
}

run "an_encrypted_volume_that_waits_for_its_node" {
  assert {
    condition     = aws_ebs_volume.this.encrypted && aws_ebs_volume.this.type == "gp3" && aws_ebs_volume.this.size == 8 && !aws_ebs_volume.this.final_snapshot
    error_message = "gp3, encrypted, 8 GiB, gone with destroy."
  }

  assert {
    condition     = aws_ebs_volume.this.timeouts.delete == "30m" && output.availability_zone == "eu-west-1a"
    error_message = "It waits for its node to go."
  }
}

run "a_snapshot_can_be_kept" {
  variables {
    final_snapshot = true
  }

  assert {
    condition     = aws_ebs_volume.this.final_snapshot
    error_message = "final_snapshot as given."
  }
}

run "refuses_no_size" {
  command = plan

  variables {
    size_gib = 0
  }

  expect_failures = [var.size_gib]
}
