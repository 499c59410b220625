mock_provider "aws" {
  mock_resource "aws_s3_bucket" {
    defaults = { arn = "arn:aws:s3:::velure-test-packages-123456789012" }
  }
}

variables {
  name = "velure-test-packages-123456789012"
}

run "nobody_but_the_account_reads_it_and_it_goes_with_a_destroy" {
  assert {
    condition     = aws_s3_bucket_public_access_block.this.block_public_acls && aws_s3_bucket_public_access_block.this.block_public_policy && aws_s3_bucket_public_access_block.this.ignore_public_acls && aws_s3_bucket_public_access_block.this.restrict_public_buckets
    error_message = "The bucket can be made public."
  }

  assert {
    condition     = [for statement in jsondecode(output.policy).Statement : statement.Effect] == ["Deny"]
    error_message = "Without readers nothing is allowed to anybody."
  }

  assert {
    condition     = jsondecode(output.policy).Statement[0].Condition == { Bool = { "aws:SecureTransport" = "false" } } && aws_s3_bucket_ownership_controls.this.rule[0].object_ownership == "BucketOwnerEnforced"
    error_message = "It is read over TLS only, and has no access control lists."
  }

  assert {
    condition     = aws_s3_bucket.this.force_destroy && one(one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default).sse_algorithm == "AES256"
    error_message = "What is in it is encrypted, and keeps no destroy from ending."
  }
}

run "a_reader_reads_for_one_resource_only" {
  variables {
    readers = { shop = { service = "cloudfront.amazonaws.com", source_arn = "arn:aws:cloudfront::123456789012:distribution/E1" } }
  }

  assert {
    condition = [for statement in jsondecode(output.policy).Statement : statement.Action if statement.Effect == "Allow"] == ["s3:GetObject", "s3:ListBucket"] && alltrue([
      for statement in jsondecode(output.policy).Statement : statement.Principal.Service == "cloudfront.amazonaws.com" && statement.Condition.StringEquals["AWS:SourceArn"] == "arn:aws:cloudfront::123456789012:distribution/E1"
      if statement.Effect == "Allow"
    ])
    error_message = "It reads, and lists what is missing, and nothing else."
  }
}

run "a_name_that_s3_refuses_is_refused" {
  command = plan

  variables {
    name = "Velure_Packages"
  }

  expect_failures = [var.name]
}
