terraform {
  # Write-only arguments and ephemeral values, in which every password is kept out of plan and state.
  required_version = ">= 1.11.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100.0, < 6.0.0"
    }
  }
}
