output "url" {
  description = "Where shoppers go."
  value       = local.origin
}

output "api_url" {
  description = "The HTTP API's own URL, for services with a token; everybody else is refused there."
  value       = module.api.endpoint
}

output "monthly_floor_usd" {
  description = "What a month of 730 hours costs before the first request, list prices, as in 301.23; with >= before it when a price is not on record."
  value       = module.budget.monthly_floor_usd
}

output "monthly_floor_lines" {
  description = "The floor line by line, in millionths of a dollar a month."
  value       = module.budget.lines_micro_usd
}

output "cluster_name" {
  description = "The EKS cluster, for `aws eks update-kubeconfig --name`."
  value       = module.cluster.cluster_name
}

output "ecr_repositories" {
  description = "Where each image is pushed to, by image."
  value       = module.ecr.repository_urls
}

output "functions" {
  description = "Each function on Lambda, by route."
  value       = { for name, endpoint in module.endpoint : name => endpoint.function_name if endpoint.function_name != null }
}

output "releases" {
  description = "Every Helm release, in the namespace it is in."
  value       = local.release_namespaces
}

output "nat_public_ip" {
  description = "The address that requests to the internet come from; null without a NAT gateway."
  value       = module.vpc.nat_public_ip
}

output "name_servers" {
  description = "What the registrar of domain_name has to name; empty when the zone was there."
  value       = flatten(module.dns[*].name_servers)
}

output "dashboard" {
  description = "The CloudWatch dashboard."
  value       = module.observability.dashboard_name
}
