variable "name" {
  description = "Prefix of every resource's name."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}[a-z0-9]$", var.name))
    error_message = "name has 3 to 32 lower-case letters, digits and '-', starts with a letter and does not end with '-'."
  }
}

variable "cidr_block" {
  description = "Addresses of the VPC. /16 to /18: pods take their addresses from the private subnets."
  type        = string
  default     = "10.0.0.0/16"

  validation {
    condition     = can(cidrnetmask(var.cidr_block)) && try(tonumber(split("/", var.cidr_block)[1]), 0) >= 16 && try(tonumber(split("/", var.cidr_block)[1]), 99) <= 18
    error_message = "cidr_block is an IPv4 network from /16 to /18, as in 10.0.0.0/16."
  }
}

variable "availability_zones" {
  description = "The two zones everything is spread over, as in [\"us-east-1a\", \"us-east-1b\"]. EKS, RDS and load balancers need two; a third would only add cost between zones."
  type        = list(string)

  validation {
    condition     = length(var.availability_zones) == 2 && length(toset(var.availability_zones)) == 2
    error_message = "availability_zones names exactly two different zones."
  }
}

variable "egress_mode" {
  description = "How the private subnets reach AWS. `nat`: one NAT gateway in the first zone, for everything ($32.85 a month + traffic). `endpoints`: no way to the internet, only AWS services through interface endpoints in both zones ($14.60 a month each)."
  type        = string
  default     = "nat"

  validation {
    condition     = contains(["nat", "endpoints"], var.egress_mode)
    error_message = "egress_mode is \"nat\" or \"endpoints\"."
  }
}

variable "flow_log_retention_days" {
  description = "Days that records of refused connections are kept."
  type        = number
  default     = 30

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731], var.flow_log_retention_days)
    error_message = "flow_log_retention_days is a retention CloudWatch Logs offers: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545 or 731."
  }
}
