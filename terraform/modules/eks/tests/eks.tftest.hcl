mock_provider "aws" {
  mock_data "aws_region" {
    defaults = { name = "eu-west-1" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{\"Statement\":[]}" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/mocked" }
  }
  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555" }
  }
  mock_resource "aws_launch_template" {
    defaults = { id = "lt-0123456789abcdef0", latest_version = 1 }
  }
}

variables {
  name                         = "velure-test"
  subnet_ids                   = ["subnet-a", "subnet-b"]
  cluster_security_group_id    = "sg-cluster"
  node_security_group_id       = "sg-nodes"
  endpoint_public_access_cidrs = ["203.0.113.7/32"]
  admin_principal_arns         = ["arn:aws:iam::123456789012:role/deploy"]
  external_secrets_secret_arns = ["arn:aws:secretsmanager:eu-west-1:123456789012:secret:velure-test/relay-a"]
  target_group_tag             = { key = "velure:name", value = "velure-test" }
  pod_identities               = { bootstrap = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
}

run "standard_support_and_no_rights_by_creation" {
  assert {
    condition     = aws_eks_cluster.this.upgrade_policy[0].support_type == "STANDARD" && aws_eks_cluster.this.version == "1.35"
    error_message = "Extended support costs six times as much."
  }

  assert {
    condition     = aws_eks_cluster.this.access_config[0].authentication_mode == "API" && !aws_eks_cluster.this.access_config[0].bootstrap_cluster_creator_admin_permissions
    error_message = "Administrators come from access entries only."
  }

  assert {
    condition     = keys(aws_eks_access_entry.admin) == ["arn:aws:iam::123456789012:role/deploy"] && endswith(aws_eks_access_policy_association.admin["arn:aws:iam::123456789012:role/deploy"].policy_arn, "AmazonEKSClusterAdminPolicy")
    error_message = "The named principals administer the cluster."
  }

  assert {
    condition     = !aws_eks_cluster.this.bootstrap_self_managed_addons
    error_message = "EKS would put unmanaged add-ons in first."
  }
}

run "the_api_is_open_to_the_named_networks" {
  assert {
    condition     = aws_eks_cluster.this.vpc_config[0].endpoint_public_access && aws_eks_cluster.this.vpc_config[0].public_access_cidrs == toset(["203.0.113.7/32"]) && aws_eks_cluster.this.vpc_config[0].endpoint_private_access
    error_message = "The Kubernetes API is reached from the named networks and from the VPC."
  }
}

run "without_networks_the_api_is_private" {
  variables {
    endpoint_public_access_cidrs = []
  }

  assert {
    condition     = !aws_eks_cluster.this.vpc_config[0].endpoint_public_access && aws_eks_cluster.this.vpc_config[0].endpoint_private_access
    error_message = "No network, no public endpoint."
  }
}

run "secrets_are_encrypted_and_logs_end" {
  assert {
    condition     = aws_eks_cluster.this.encryption_config[0].resources == toset(["secrets"]) && aws_eks_cluster.this.encryption_config[0].provider[0].key_arn == aws_kms_key.secrets.arn && aws_kms_key.secrets.enable_key_rotation
    error_message = "Kubernetes Secrets are encrypted with a key that rotates."
  }

  assert {
    condition     = length(aws_eks_cluster.this.enabled_cluster_log_types) == 5 && aws_cloudwatch_log_group.cluster.retention_in_days == 30 && aws_cloudwatch_log_group.cluster.name == "/aws/eks/velure-test/cluster"
    error_message = "Every log of the control plane, with a retention."
  }

  assert {
    condition     = length([for statement in data.aws_iam_policy_document.cluster.statement : statement if statement.effect == "Deny" && contains(statement.actions, "logs:CreateLogGroup")]) == 1
    error_message = "A cluster that is going would make its log group again."
  }
}

run "nodes_are_small_arm_and_closed" {
  assert {
    condition     = aws_eks_node_group.this.ami_type == "BOTTLEROCKET_ARM_64" && aws_eks_node_group.this.capacity_type == "ON_DEMAND" && aws_eks_node_group.this.instance_types == tolist(["t4g.medium"])
    error_message = "Bottlerocket on t4g.medium by default."
  }

  assert {
    condition     = aws_eks_node_group.this.scaling_config[0].desired_size == 2 && aws_eks_node_group.this.subnet_ids == toset(["subnet-a", "subnet-b"])
    error_message = "Two nodes over both zones."
  }

  assert {
    condition     = aws_launch_template.node.metadata_options[0].http_tokens == "required" && aws_launch_template.node.metadata_options[0].http_put_response_hop_limit == 1
    error_message = "A pod reaches the node's credentials."
  }

  assert {
    condition     = aws_launch_template.node.vpc_security_group_ids == toset(["sg-nodes"])
    error_message = "Nodes carry the nodes' group, which data stores admit, and no other."
  }

  assert {
    condition     = alltrue([for disk in aws_launch_template.node.block_device_mappings : disk.ebs[0].encrypted == "true" && disk.ebs[0].volume_type == "gp3"])
    error_message = "A node's disk is not encrypted."
  }

  assert {
    condition     = strcontains(base64decode(aws_launch_template.node.user_data), "max-pods = 40")
    error_message = "The kubelet is told how many pods there may be."
  }

  assert {
    condition     = toset(keys(aws_iam_role_policy_attachment.node)) == toset(["AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly"])
    error_message = "The nodes' role has more than nodes need."
  }
}

run "x86_64_on_spot_takes_a_mix" {
  variables {
    architecture  = "x86_64"
    node_capacity = "spot"
  }

  assert {
    condition     = aws_eks_node_group.this.ami_type == "BOTTLEROCKET_x86_64" && aws_eks_node_group.this.capacity_type == "SPOT" && length(aws_eks_node_group.this.instance_types) >= 5
    error_message = "Spot needs several types to choose from."
  }

  assert {
    condition     = alltrue([for type in aws_eks_node_group.this.instance_types : !can(regex("^[a-z][0-9]g", type))])
    error_message = "An ARM type among x86_64 nodes."
  }
}

run "arm64_on_spot_takes_arm_types_only" {
  variables {
    node_capacity = "spot"
  }

  assert {
    condition     = length(aws_eks_node_group.this.instance_types) >= 5 && alltrue([for type in aws_eks_node_group.this.instance_types : can(regex("^[a-z][0-9]g\\.", type))])
    error_message = "An x86_64 type among ARM nodes."
  }
}

run "add_ons_with_network_policies_and_identities" {
  assert {
    condition = toset(concat(keys(aws_eks_addon.on_cluster), keys(aws_eks_addon.on_nodes))) == toset([
      "vpc-cni", "kube-proxy", "eks-pod-identity-agent", "coredns", "metrics-server", "aws-ebs-csi-driver",
    ])
    error_message = "An add-on is missing or too many."
  }

  assert {
    condition     = jsondecode(aws_eks_addon.on_cluster["vpc-cni"].configuration_values).enableNetworkPolicy == "true"
    error_message = "Network policies are not enforced."
  }

  assert {
    condition     = { for addon, association in aws_eks_pod_identity_association.addon : addon => association.service_account } == { vpc-cni = "aws-node", aws-ebs-csi-driver = "ebs-csi-controller-sa" }
    error_message = "Add-ons that call AWS have roles of their own, and the others have none."
  }
}

run "add_on_versions_can_be_pinned" {
  variables {
    addon_versions = { coredns = "v1.12.1-eksbuild.2" }
  }

  assert {
    condition     = aws_eks_addon.on_nodes["coredns"].addon_version == "v1.12.1-eksbuild.2"
    error_message = "The pinned version is used."
  }
}

run "each_service_account_has_a_role_only_it_can_take" {
  assert {
    condition = toset(keys(aws_eks_pod_identity_association.pod)) == toset([
      "velure/bootstrap", "kube-system/aws-load-balancer-controller", "external-secrets/external-secrets",
    ])
    error_message = "Identities of the bootstrap Job and of the two controllers."
  }

  assert {
    condition = alltrue([for key, trust in data.aws_iam_policy_document.pod_trust : toset([for condition in trust.statement[0].condition : "${condition.variable} ${one(condition.values)}"]) == toset([
      "aws:RequestTag/eks-cluster-name velure-test",
      "aws:RequestTag/kubernetes-namespace ${split("/", key)[0]}",
      "aws:RequestTag/kubernetes-service-account ${split("/", key)[1]}",
    ])])
    error_message = "A role can be taken by somebody else."
  }

  assert {
    condition     = aws_iam_role_policy.pod["velure/bootstrap"].policy == var.pod_identities["bootstrap"]
    error_message = "A service account gets the policy that was given for it."
  }
}

run "controllers_may_do_their_job_only" {
  assert {
    condition     = alltrue([for statement in data.aws_iam_policy_document.external_secrets.statement : statement.resources == toset(var.external_secrets_secret_arns) && statement.actions == toset(["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"])])
    error_message = "External Secrets reads the named secrets and writes none."
  }

  assert {
    condition     = alltrue([for action in flatten(data.aws_iam_policy_document.load_balancer_controller.statement[*].actions) : can(regex("^(ec2|elasticloadbalancing):(Describe[A-Za-z]+|RegisterTargets|DeregisterTargets)$", action))])
    error_message = "The load balancer controller may make or change something that Terraform owns."
  }

  assert {
    condition     = one(data.aws_iam_policy_document.load_balancer_controller.statement[0].condition).variable == "aws:ResourceTag/velure:name" && one(one(data.aws_iam_policy_document.load_balancer_controller.statement[0].condition).values) == "velure-test"
    error_message = "The controller reaches target groups of other installations."
  }
}

run "refuses_an_api_open_to_everybody" {
  command = plan

  variables {
    endpoint_public_access_cidrs = ["0.0.0.0/0"]
  }

  expect_failures = [var.endpoint_public_access_cidrs]
}

run "refuses_a_version_out_of_standard_support" {
  command = plan

  variables {
    kubernetes_version = "1.34"
  }

  expect_failures = [var.kubernetes_version]
}

run "refuses_nodes_too_small_for_the_pods" {
  command = plan

  variables {
    instance_types = ["t4g.small"]
  }

  expect_failures = [var.instance_types]
}

run "refuses_a_session_as_administrator" {
  command = plan

  variables {
    admin_principal_arns = ["arn:aws:sts::123456789012:assumed-role/deploy/me"]
  }

  expect_failures = [var.admin_principal_arns]
}

run "refuses_more_nodes_wanted_than_allowed" {
  command = plan

  variables {
    node_count = { minimum = 2, desired = 5, maximum = 4 }
  }

  expect_failures = [var.node_count]
}

run "refuses_a_policy_that_is_none" {
  command = plan

  variables {
    pod_identities = { bootstrap = "s3:*" }
  }

  expect_failures = [var.pod_identities]
}

run "refuses_an_unknown_add_on" {
  command = plan

  variables {
    addon_versions = { core-dns = "v1" }
  }

  expect_failures = [var.addon_versions]
}
