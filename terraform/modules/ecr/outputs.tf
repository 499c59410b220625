output "repository_urls" {
  description = "Where each image is pushed to and pulled from, by repository."
  value       = { for key, repository in aws_ecr_repository.this : key => repository.repository_url }
}

output "repository_arns" {
  description = "ARNs, by repository."
  value       = { for key, repository in aws_ecr_repository.this : key => repository.arn }
}
