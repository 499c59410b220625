variable "name" {
  description = "The Helm release's name."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9]([a-z0-9-]{0,51}[a-z0-9])?$", var.name))
    error_message = "name has up to 53 lower-case letters, digits and '-', and neither starts nor ends with '-'."
  }
}

variable "chart" {
  description = "The chart: a folder of this checkout, or a chart of a repository at a pinned version."
  type = object({
    path       = optional(string)
    repository = optional(string)
    name       = optional(string)
    version    = optional(string)
  })

  validation {
    condition     = (var.chart.path != null) != (var.chart.repository != null && var.chart.name != null && var.chart.version != null)
    error_message = "A chart is either a path, or a repository with name and version."
  }
}

variable "libraries" {
  description = "Folders that the chart takes parts from; a change in them is a change of the chart."
  type        = list(string)
  default     = []
}

variable "namespace" {
  description = "The namespace of the release; made when it is missing."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", var.namespace))
    error_message = "namespace has up to 63 lower-case letters, digits and '-', and neither starts nor ends with '-'."
  }
}

variable "values" {
  description = "The chart's values. They stand in state and plan: no secrets."
  type        = any
}

variable "timeout_s" {
  description = "How long Helm waits until everything of the release is ready."
  type        = number
  default     = 600

  validation {
    condition     = var.timeout_s >= 30 && floor(var.timeout_s) == var.timeout_s
    error_message = "timeout_s is a whole number of seconds, at least 30."
  }
}

variable "cluster" {
  description = "The EKS cluster, by name and region."
  type = object({
    name   = string
    region = string
  })
}

variable "enabled" {
  description = "Whether Helm runs. Off, the release and its values are planned and recorded, and nothing is started; on again, it runs."
  type        = bool
}
