output "monthly_floor_usd" {
  description = "What a month of 730 hours costs before the first request, as in 301.23; with >= before it and what is missing behind it while a price is unknown."
  value       = length(local.unknown) == 0 ? local.usd : ">= ${local.usd} (no price on record in ${var.region} for ${join(", ", local.unknown)})"
}

output "monthly_floor_micro_usd" {
  description = "The same in millionths of a dollar, of what has a price."
  value       = local.micros
}

output "lines_micro_usd" {
  description = "Each line of the floor, millionths of a dollar a month."
  value       = local.lines
}

output "unknown" {
  description = "What is used and has no price on record."
  value       = local.unknown
}
