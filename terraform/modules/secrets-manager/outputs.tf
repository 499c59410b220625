output "secret_arns" {
  description = "ARN of every secret by its short name, as in `auth-database-url` or `relay`."
  value       = { for short, secret in aws_secretsmanager_secret.this : short => secret.arn }
}

output "secret_names" {
  description = "Full name of every secret by its short name, for External Secrets."
  value       = { for short, secret in aws_secretsmanager_secret.this : short => secret.name }
}

output "stored_by_bootstrap_arns" {
  description = "ARNs of the secrets that are made empty and that the bootstrap Job fills once; it may write exactly these."
  value       = [for short in sort(tolist(local.stored_by_bootstrap)) : aws_secretsmanager_secret.this[short].arn]
}

output "proxy_secret_arns" {
  description = "What RDS Proxy signs in with, by database (`auth`, `orders`); empty without a proxy."
  value       = { for database in local.proxied : database => aws_secretsmanager_secret.this["${database}-proxy"].arn }
}

output "revisions" {
  description = "By the short name of each secret that Terraform writes: a number that changes whenever the value does. Put it where a change must restart readers."
  value       = local.revisions
  depends_on  = [aws_secretsmanager_secret_version.written]
}

output "variable_secrets" {
  description = "Short name of the plain secret that holds each variable of functions, as in VELURE_AUTH_DATABASE_URL. VELURE_SERVICE_SIGNING_KEY differs by caller: it is service-signing-key-<caller>."
  value       = local.variables
}
