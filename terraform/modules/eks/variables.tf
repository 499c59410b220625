variable "name" {
  description = "The cluster's name and the prefix of what belongs to it."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}[a-z0-9]$", var.name))
    error_message = "name has 3 to 32 lower-case letters, digits and '-', starts with a letter and does not end with '-'."
  }
}

variable "kubernetes_version" {
  description = "Kubernetes' minor version. 1.35 is in standard support until 2027-03-27; past that date AWS upgrades the cluster by itself, because extended support ($0.60 instead of $0.10 an hour) is refused."
  type        = string
  default     = "1.35"

  validation {
    condition     = can(regex("^1\\.(3[5-9]|[4-9][0-9])$", var.kubernetes_version))
    error_message = "kubernetes_version is 1.35 or later: older ones are at or past the end of standard support."
  }
}

variable "subnet_ids" {
  description = "Private subnets of control plane and nodes, one a zone."
  type        = list(string)

  validation {
    condition     = length(var.subnet_ids) >= 2
    error_message = "subnet_ids names at least two subnets."
  }
}

variable "cluster_security_group_id" {
  description = "Group of the control plane's network interfaces."
  type        = string
}

variable "node_security_group_id" {
  description = "Group of the nodes. They carry this one only, not the one EKS makes, which is open among its members and to everywhere."
  type        = string
}

variable "endpoint_public_access_cidrs" {
  description = "Networks that may reach the Kubernetes API from outside the VPC, as in [\"203.0.113.7/32\"]: where you run Terraform, which runs Helm. Empty: from inside the VPC only."
  type        = list(string)

  validation {
    condition     = alltrue([for cidr in var.endpoint_public_access_cidrs : can(cidrnetmask(cidr)) && try(tonumber(split("/", cidr)[1]) >= 8, false)])
    error_message = "endpoint_public_access_cidrs lists IPv4 networks of /8 or smaller, never 0.0.0.0/0. Your own: [\"<address>/32\"] with the address from `curl https://checkip.amazonaws.com`."
  }
}

variable "admin_principal_arns" {
  description = "IAM roles or users that administer the cluster, the one that runs Terraform among them: creating the cluster gives no rights by itself. For an assumed role give the role, not the session."
  type        = set(string)

  validation {
    condition     = length(var.admin_principal_arns) > 0 && alltrue([for arn in var.admin_principal_arns : can(regex("^arn:aws[a-z-]*:iam::", arn))])
    error_message = "admin_principal_arns lists at least one IAM role or user, as in arn:aws:iam::123456789012:role/deploy; not arn:aws:sts::…:assumed-role/…."
  }
}

variable "architecture" {
  description = "Processor of nodes and images: `arm64` or `x86_64`."
  type        = string
  default     = "arm64"

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "architecture is \"arm64\" or \"x86_64\"."
  }
}

variable "node_capacity" {
  description = "`on_demand`, or `spot`: cheaper by more than half, taken away with two minutes' notice."
  type        = string
  default     = "on_demand"

  validation {
    condition     = contains(["on_demand", "spot"], var.node_capacity)
    error_message = "node_capacity is \"on_demand\" or \"spot\"."
  }
}

variable "instance_types" {
  description = "Nodes' instance types; null for t4g.medium (x86_64: t3.medium), and for spot a mix of types, since t4g.medium alone is interrupted often."
  type        = list(string)
  default     = null

  validation {
    condition     = var.instance_types == null || try(length(var.instance_types) > 0 && alltrue([for type in var.instance_types : !can(regex("\\.(nano|micro|small)$", type))]), false)
    error_message = "instance_types lists types from medium on: a t4g.small has room for 11 pods, and the system takes most of them."
  }
}

variable "node_count" {
  description = "Nodes at least, at first and at most."
  type = object({
    minimum = number
    desired = number
    maximum = number
  })
  default = { minimum = 2, desired = 2, maximum = 4 }

  validation {
    condition     = var.node_count.minimum >= 1 && var.node_count.minimum <= var.node_count.desired && var.node_count.desired <= var.node_count.maximum
    error_message = "node_count has 1 <= minimum <= desired <= maximum."
  }
}

variable "node_disk_gib" {
  description = "Disk for images and logs of a node, gp3, encrypted."
  type        = number
  default     = 20

  validation {
    condition     = var.node_disk_gib >= 20 && var.node_disk_gib <= 500
    error_message = "node_disk_gib is 20 to 500."
  }
}

variable "max_pods_per_node" {
  description = "Pods a node takes. Addresses come in blocks of 16, so the instance type's own limit (17 on t4g.medium) does not apply; each pod reserves 11 MiB for the kubelet."
  type        = number
  default     = 40

  validation {
    condition     = var.max_pods_per_node >= 17 && var.max_pods_per_node <= 110
    error_message = "max_pods_per_node is 17 to 110."
  }
}

variable "namespace" {
  description = "Kubernetes namespace of Velure's pods."
  type        = string
  default     = "velure"
}

variable "pod_identities" {
  description = "IAM policy (JSON) of each service account in `namespace` that needs AWS, by the service account's name."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for policy in values(var.pod_identities) : can(jsondecode(policy).Statement)])
    error_message = "pod_identities holds IAM policies as JSON, by service account."
  }
}

variable "external_secrets_secret_arns" {
  description = "Secrets that External Secrets may read for pods; nothing else."
  type        = list(string)

  validation {
    condition     = length(var.external_secrets_secret_arns) > 0
    error_message = "external_secrets_secret_arns names at least one secret."
  }
}

variable "target_group_tag" {
  description = "Tag of the target groups that pods may be put into, as the provider's default_tags set it on everything of this installation."
  type = object({
    key   = string
    value = string
  })
}

variable "addon_versions" {
  description = "Versions of add-ons by name, as in { coredns = \"v1.12.1-eksbuild.2\" }; one that is not named has AWS's default for the Kubernetes version."
  type        = map(string)
  default     = {}

  validation {
    condition     = length(setsubtract(keys(var.addon_versions), ["vpc-cni", "coredns", "kube-proxy", "eks-pod-identity-agent", "aws-ebs-csi-driver", "metrics-server"])) == 0
    error_message = "addon_versions names vpc-cni, coredns, kube-proxy, eks-pod-identity-agent, aws-ebs-csi-driver and metrics-server only."
  }
}

variable "log_retention_days" {
  description = "Days that the control plane's logs are kept."
  type        = number
  default     = 30

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731], var.log_retention_days)
    error_message = "log_retention_days is a retention CloudWatch Logs offers: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545 or 731."
  }
}

variable "deletion_protection" {
  description = "Keep the key that encrypts Kubernetes Secrets for 30 days instead of 7 after destroy."
  type        = bool
  default     = false
}
