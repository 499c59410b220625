variable "name" {
  description = "Prefix of every resource's name, as in velure-dev. Two installations in one account need two names."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,18}[a-z0-9]$", var.name)) && !strcontains(var.name, "--")
    error_message = "Give name 3 to 20 small letters, digits and single hyphens, a letter first: names of load balancers and buckets are made of it."
  }
}

variable "region" {
  description = "AWS region of everything but what CloudFront wants in us-east-1."
  type        = string
  default     = "us-east-1"

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "Give region as AWS writes it, as in us-east-1 or sa-east-1."
  }
}

variable "architecture" {
  description = "Processor of functions, nodes and images: `arm64` (cheaper by a fifth) or `x86_64`. Zips and images have to be built for it."
  type        = string
  default     = "arm64"

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "architecture is arm64 or x86_64."
  }
}

variable "packages_dir" {
  description = "Folder of the functions' zips, as `make package` leaves it."
  type        = string
  default     = "../target/packages/arm64"
}

variable "web_dist" {
  description = "Folder of the built web application."
  type        = string
  default     = "../web/dist"
}

variable "image_tag" {
  description = "Tag of all five images in ECR. Tags never move, so another content is another tag."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$", var.image_tag)) && var.image_tag != "latest"
    error_message = "image_tag is a tag that names one build, such as a commit; not latest, which would never roll out."
  }
}

variable "helm_enabled" {
  description = "Install the Helm releases in this apply. Off, they are planned and recorded and nothing in the cluster is started: for tests, and for an apply from where the cluster's API cannot be reached."
  type        = bool
  default     = true
}

# Switches

variable "placement" {
  description = "Where each context's endpoints run: `lambda`, one function each, or `eks`, in pods of one server. Changing one touches nothing of the others."
  type = object({
    auth    = optional(string, "lambda")
    catalog = optional(string, "lambda")
    orders  = optional(string, "lambda")
  })
  default = {}

  validation {
    condition     = alltrue([for place in values(var.placement) : contains(["lambda", "eks"], place)])
    error_message = "Each context of placement is lambda or eks."
  }
}

variable "messaging_mode" {
  description = "RabbitMQ as `amazon_mq`, or as one pod with a disk: `in_cluster`, which costs $0.64 a month instead of about $100."
  type        = string
  default     = "amazon_mq"

  validation {
    condition     = contains(["amazon_mq", "in_cluster"], var.messaging_mode)
    error_message = "messaging_mode is amazon_mq or in_cluster."
  }
}

variable "documents_mode" {
  description = "The catalogue's documents in one MongoDB pod (`in_cluster`), in Amazon DocumentDB (`documentdb`), or in a MongoDB elsewhere (`atlas`, with atlas_uri)."
  type        = string
  default     = "in_cluster"

  validation {
    condition     = contains(["in_cluster", "documentdb", "atlas"], var.documents_mode)
    error_message = "documents_mode is in_cluster, documentdb or atlas."
  }
}

variable "atlas_uri" {
  description = "With documents_mode atlas: the whole URI, with user, password and TLS. Give it to every plan and apply (TF_VAR_atlas_uri); it is kept in no plan and no state."
  type        = string
  ephemeral   = true
  sensitive   = true
  default     = null
}

variable "egress_mode" {
  description = "`nat`: one NAT gateway. `endpoints`: no way to the internet; pods and functions reach AWS services alone. The HTTP API is on the internet, so every context has to be on EKS then, where callers reach it inside the cluster."
  type        = string
  default     = "nat"

  validation {
    condition     = contains(["nat", "endpoints"], var.egress_mode)
    error_message = "egress_mode is nat or endpoints."
  }

  validation {
    condition     = var.egress_mode == "nat" || alltrue([for place in values(var.placement) : place == "eks"])
    error_message = "With egress_mode = \"endpoints\" nothing inside the VPC reaches the HTTP API, which place-order, the order processor and the stream gateway call: place auth, catalog and orders on eks, or use nat."
  }

  validation {
    condition     = var.egress_mode == "nat" || var.documents_mode != "atlas"
    error_message = "With egress_mode = \"endpoints\" a MongoDB outside of the VPC cannot be reached: use documents_mode in_cluster or documentdb."
  }

  validation {
    condition     = var.egress_mode == "nat" || !var.helm_enabled || var.image_mirror != null
    error_message = "With egress_mode = \"endpoints\" nodes cannot pull from public registries: set image_mirror to a registry of this region that has copies of them."
  }
}

variable "image_mirror" {
  description = "Registry, without a path at its end, that has copies of public images under their own paths, as in 123456789012.dkr.ecr.us-east-1.amazonaws.com/mirror; null for the public registries."
  type        = string
  default     = null

  validation {
    condition     = var.image_mirror == null || can(regex("^[a-z0-9.-]+(:[0-9]+)?(/[a-z0-9._-]+)*$", var.image_mirror))
    error_message = "image_mirror is a registry without https:// before it and without a slash at its end."
  }
}

variable "node_capacity" {
  description = "Nodes `on_demand`, or `spot`: cheaper by more than half, taken away with two minutes' notice. Nothing is lost, but streams reconnect."
  type        = string
  default     = "on_demand"

  validation {
    condition     = contains(["on_demand", "spot"], var.node_capacity)
    error_message = "node_capacity is on_demand or spot."
  }
}

variable "node_count" {
  description = "How many nodes, of 2 vCPU and 4 GiB each. Nothing adds nodes by itself: raise it when pods stay Pending."
  type        = number
  default     = 2

  validation {
    condition     = var.node_count >= 2 && var.node_count <= 20 && floor(var.node_count) == var.node_count
    error_message = "node_count is 2 to 20: with one node every replacement of it is an outage."
  }
}

variable "rds_proxy_enabled" {
  description = "RDS Proxy between functions and both databases, $21.90 a month each. Off, reserved concurrency bounds the connections."
  type        = bool
  default     = false
}

variable "reserved_concurrency_enabled" {
  description = "Set each function's reserved concurrency. It needs an account whose limit of concurrent executions is at least 100 above the sum of functions/routes.json; new accounts have 10 in all until they ask for more."
  type        = bool
  default     = true
}

variable "deletion_protection" {
  description = "Refuse to delete databases and load balancer, and take final snapshots. `terraform destroy` then needs an apply with false first."
  type        = bool
  default     = false
}

variable "multi_az" {
  description = "Keep a standby of both databases in the other zone, at twice their price."
  type        = bool
  default     = false
}

# The shop's own name

variable "domain_name" {
  description = "The shop's own name, such as shop.example.com; null for CloudFront's name of it."
  type        = string
  default     = null

  validation {
    condition     = var.domain_name == null || can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,}$", var.domain_name))
    error_message = "domain_name is a name like shop.example.com, without https:// and without a path."
  }
}

variable "hosted_zone_id" {
  description = "The Route 53 zone of domain_name; null makes one, whose name servers (output name_servers) have to be set at the registrar before the certificate is issued."
  type        = string
  default     = null

  validation {
    condition     = var.hosted_zone_id == null || can(regex("^Z[A-Z0-9]+$", var.hosted_zone_id))
    error_message = "hosted_zone_id is the id of a zone, as in Z0123456789ABCDEFGHIJ."
  }
}

variable "price_class" {
  description = "From which of CloudFront's locations the shop is served: PriceClass_100 (North America and Europe), 200 (and Asia, Africa), All (and South America)."
  type        = string
  default     = "PriceClass_100"

  validation {
    condition     = contains(["PriceClass_100", "PriceClass_200", "PriceClass_All"], var.price_class)
    error_message = "price_class is PriceClass_100, PriceClass_200 or PriceClass_All."
  }
}

# Who works with it

variable "cluster_admin_arns" {
  description = "IAM roles or users that administer the cluster, besides the one that runs Terraform."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.cluster_admin_arns : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:(role|user)/", arn))])
    error_message = "cluster_admin_arns are ARNs of IAM roles or users; the cluster knows no assumed-role sessions."
  }
}

variable "cluster_endpoint_cidrs" {
  description = "Networks from which the Kubernetes API can be reached, as in [\"203.0.113.7/32\"]: where Terraform runs, because it runs Helm. Empty: from inside the VPC only."
  type        = list(string)
  default     = []

  validation {
    condition     = !var.helm_enabled || length(var.cluster_endpoint_cidrs) > 0 || var.runs_inside_vpc
    error_message = "Helm has to reach the Kubernetes API: set cluster_endpoint_cidrs to the network you run this from (its public address is what `curl https://checkip.amazonaws.com` says, with /32 behind it), or runs_inside_vpc when this machine is in the VPC, or helm_enabled = false."
  }
}

variable "runs_inside_vpc" {
  description = "Whether Terraform runs on a machine that reaches the VPC's private addresses, so that the Kubernetes API needs no public address."
  type        = bool
  default     = false
}

variable "alarm_emails" {
  description = "Who is told of alarms and of the budget. Each address has to confirm a mail from AWS."
  type        = set(string)
  default     = []
}

variable "budget_limit_usd" {
  description = "What a month may cost, whole dollars; null for the floor and a quarter above it. Without alarm_emails there is no budget."
  type        = number
  default     = null
}

variable "log_retention_days" {
  description = "Days that logs are kept."
  type        = number
  default     = 30
}

variable "traces" {
  description = "A collector of spans (OTLP over HTTP): its URL, the share of traces to record among those that begin in the shop's own processes (an order's begins in the browser, and is always recorded), and the addresses at which pods and functions reach it when that is not port 443 of the internet; its namespace when it is in the cluster. null: no spans are recorded."
  type = object({
    endpoint  = string
    share     = optional(number, 0.1)
    cidrs     = optional(set(string), [])
    namespace = optional(string, "")
  })
  default = null

  validation {
    condition     = var.traces == null || can(regex("^https?://[^/ ]+$", var.traces.endpoint))
    error_message = "traces.endpoint is the URL of a collector without a path, as in http://10.0.3.7:4318."
  }

  validation {
    condition     = var.traces == null || try(var.traces.share >= 0 && var.traces.share <= 1, false)
    error_message = "traces.share is a number from 0 to 1."
  }

  validation {
    condition     = var.traces == null || try(alltrue([for cidr in var.traces.cidrs : can(cidrnetmask(cidr))]), false)
    error_message = "traces.cidrs are IPv4 ranges, as in 10.0.3.7/32."
  }

  validation {
    condition     = try(var.traces.namespace, "") == "" || alltrue([for place in values(var.placement) : place == "eks"])
    error_message = "Functions cannot reach a collector by its name in the cluster: give its address in the VPC and its cidrs, or place every context on eks."
  }
}

variable "orders_per_minute" {
  description = "How many orders one buyer may place in a minute."
  type        = number
  default     = 60

  validation {
    condition     = var.orders_per_minute >= 1 && floor(var.orders_per_minute) == var.orders_per_minute
    error_message = "orders_per_minute is a whole number from 1."
  }
}

variable "secrets_version" {
  description = "Raise it to make new passwords and write every secret again, in databases, broker and pods alike."
  type        = number
  default     = 1
}

variable "secrets_recovery_window_days" {
  description = "Days a deleted secret can be brought back; 0 deletes at once, which lets the next apply use the same names."
  type        = number
  default     = 0
}
