output "name" {
  description = "The release's name, for what comes after it."
  value       = var.name
  depends_on  = [terraform_data.helm]
}
