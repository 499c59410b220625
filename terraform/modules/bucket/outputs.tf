output "name" {
  description = "The bucket's name, known when objects may be put into it."
  value       = aws_s3_bucket.this.bucket

  depends_on = [
    aws_s3_bucket_ownership_controls.this,
    aws_s3_bucket_server_side_encryption_configuration.this,
  ]
}

output "regional_domain_name" {
  description = "Host name of the bucket in its region, as CloudFront wants it."
  value       = aws_s3_bucket.this.bucket_regional_domain_name
}

output "policy" {
  description = "Who may do what with it, as JSON."
  value       = aws_s3_bucket_policy.this.policy
}
