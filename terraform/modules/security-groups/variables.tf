variable "name" {
  description = "Prefix of every resource's name."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}[a-z0-9]$", var.name))
    error_message = "name has 3 to 32 lower-case letters, digits and '-', starts with a letter and does not end with '-'."
  }
}

variable "vpc_id" {
  description = "The VPC the groups belong to."
  type        = string
}

variable "vpc_cidr_block" {
  description = "Addresses of the VPC: where interface endpoints are, with egress_mode = \"endpoints\"."
  type        = string

  validation {
    condition     = can(cidrnetmask(var.vpc_cidr_block))
    error_message = "vpc_cidr_block is an IPv4 network, as in 10.0.0.0/16."
  }
}

variable "egress_mode" {
  description = "`nat`: functions and nodes may open HTTPS to anywhere. `endpoints`: to the VPC's own addresses and to S3 only."
  type        = string
  default     = "nat"

  validation {
    condition     = contains(["nat", "endpoints"], var.egress_mode)
    error_message = "egress_mode is \"nat\" or \"endpoints\"."
  }
}

variable "s3_prefix_list_id" {
  description = "S3's addresses, from the VPC's gateway endpoint; image layers come from there. Used with egress_mode = \"endpoints\"."
  type        = string
}

variable "cloudfront_prefix_list_id" {
  description = "Addresses that CloudFront connects to origins from: the managed prefix list com.amazonaws.global.cloudfront.origin-facing."
  type        = string
}

variable "documents_mode" {
  description = "Where the catalogue's documents are: `in_cluster`, `documentdb` or `atlas`. Only the paths of that mode are opened."
  type        = string
  default     = "in_cluster"

  validation {
    condition     = contains(["in_cluster", "documentdb", "atlas"], var.documents_mode)
    error_message = "documents_mode is \"in_cluster\", \"documentdb\" or \"atlas\"."
  }

  validation {
    condition     = var.documents_mode != "atlas" || var.egress_mode == "nat"
    error_message = "documents_mode \"atlas\" needs egress_mode \"nat\": without it nothing outside AWS is reached."
  }
}

variable "messaging_mode" {
  description = "Where the broker is: `amazon_mq` or `in_cluster`. In the cluster, network policies guard it and no group is needed."
  type        = string
  default     = "amazon_mq"

  validation {
    condition     = contains(["amazon_mq", "in_cluster"], var.messaging_mode)
    error_message = "messaging_mode is \"amazon_mq\" or \"in_cluster\"."
  }
}

variable "rds_proxy_enabled" {
  description = "Functions reach PostgreSQL through RDS Proxy instead of directly. Pods connect directly either way: LISTEN and session locks do not pass a proxy."
  type        = bool
  default     = false
}

variable "collector" {
  description = "Where functions and pods send spans, when that is not port 443: IPv4 ranges and a port."
  type        = object({ cidrs = set(string), port = number })
  default     = { cidrs = [], port = 4318 }
}

variable "alb_listener_port" {
  description = "Port of the internal load balancer's listener."
  type        = number
  default     = 80

  validation {
    condition     = contains([80, 443], var.alb_listener_port)
    error_message = "alb_listener_port is 80 or 443."
  }
}

variable "alb_target_ports" {
  description = "Ports of pods that the internal load balancer reaches: the function server, the stream gateway, and the admin port for health checks."
  type        = set(number)
  default     = [8081, 8082, 9090]

  validation {
    condition     = length(var.alb_target_ports) > 0 && alltrue([for port in var.alb_target_ports : port > 1024 && port < 65536])
    error_message = "alb_target_ports lists unprivileged ports, 1025 to 65535."
  }
}
