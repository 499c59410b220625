variable "name" {
  description = "Name of the budget, as in velure-production."
  type        = string
}

variable "region" {
  description = "The region whose prices count."
  type        = string
}

variable "limit_usd" {
  description = "What a month may cost, whole dollars; null for the floor and a quarter above it."
  type        = number
  default     = null

  validation {
    condition     = var.limit_usd == null || try(var.limit_usd >= 1 && floor(var.limit_usd) == var.limit_usd, false)
    error_message = "limit_usd must be a whole number of dollars, at least 1."
  }
}

variable "emails" {
  description = "Who is told when 80 % of the limit are spent, and when the forecast passes it. Without an address no budget is made: AWS wants a reader for every notification."
  type        = set(string)
}

variable "quantities" {
  description = "How many of each thing run all month, by the name of its price (see prices.tf). A name without a price there makes the floor incomplete instead of wrong."
  type        = map(number)

  validation {
    condition     = alltrue([for quantity in values(var.quantities) : quantity >= 0 && floor(quantity) == quantity])
    error_message = "Quantities must be whole numbers from 0."
  }
}
