output "value" {
  description = "64 hexadecimal digits, the same ones from the first apply on."
  value       = terraform_data.this.output
  sensitive   = true
}
