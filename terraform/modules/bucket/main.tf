# A bucket of what is built from this repository: private, encrypted, read over TLS only, and gone with a destroy.
resource "aws_s3_bucket" "this" {
  bucket        = var.name
  force_destroy = true
}

resource "aws_s3_bucket_public_access_block" "this" {
  bucket = aws_s3_bucket.this.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_policy" "this" {
  bucket = aws_s3_bucket.this.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      flatten([for reader in values(var.readers) : [
        {
          Effect    = "Allow"
          Principal = { Service = reader.service }
          Action    = "s3:GetObject"
          Resource  = "${aws_s3_bucket.this.arn}/*"
          Condition = { StringEquals = { "AWS:SourceArn" = reader.source_arn } }
        },
        {
          # With it a file that is not there is 404; without, S3 says 403.
          Effect    = "Allow"
          Principal = { Service = reader.service }
          Action    = "s3:ListBucket"
          Resource  = aws_s3_bucket.this.arn
          Condition = { StringEquals = { "AWS:SourceArn" = reader.source_arn } }
        },
      ]]),
      [{
        Sid       = "OnlyEncrypted"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.this.arn, "${aws_s3_bucket.this.arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      }],
    )
  })

  depends_on = [aws_s3_bucket_public_access_block.this]
}
