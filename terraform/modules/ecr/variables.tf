variable "name" {
  description = "Prefix of every repository, as in velure-production."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}[a-z0-9]$", var.name))
    error_message = "name has 3 to 32 lower-case letters, digits and '-', starts with a letter and does not end with '-'."
  }
}

variable "repositories" {
  description = "What has an image; each gets the repository <name>/<repository>."
  type        = set(string)

  validation {
    condition     = length(var.repositories) > 0
    error_message = "At least one repository is needed."
  }
}

variable "kept_images" {
  description = "How many images a repository keeps; older ones expire."
  type        = number
  default     = 20

  validation {
    condition     = var.kept_images >= 2 && floor(var.kept_images) == var.kept_images
    error_message = "kept_images must be a whole number of at least 2: a rollback needs the image before the running one."
  }
}

variable "force_delete" {
  description = "Whether destroy may remove a repository that still holds images."
  type        = bool
}
