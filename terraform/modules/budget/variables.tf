variable "name" {
  description = "Name of the budget, as in velure-production."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}[a-z0-9]$", var.name))
    error_message = "name has 3 to 32 lower-case letters, digits and '-', starts with a letter and does not end with '-'."
  }
}

variable "region" {
  description = "The region whose prices count."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region is a region of AWS, as in us-east-1."
  }
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

  validation {
    condition     = alltrue([for address in var.emails : can(regex("^[^@ ]+@[^@ ]+\\.[^@ ]+$", address))])
    error_message = "emails must be e-mail addresses."
  }
}

variable "quantities" {
  description = "How many of each thing run all month, by a name of prices.tf; disks in GiB. A name without a price on record makes the floor incomplete instead of wrong."
  type        = map(number)

  validation {
    condition     = alltrue([for quantity in values(var.quantities) : quantity >= 0 && floor(quantity) == quantity])
    error_message = "Quantities must be whole numbers from 0."
  }
}

variable "cost_dir" {
  description = "Folder with prices/<region>.json and inputs/parameters.json, as the cost model has them; null for this checkout's cost/."
  type        = string
  default     = null
}
