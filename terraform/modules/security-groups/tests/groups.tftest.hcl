mock_provider "aws" {}

variables {
  name                      = "velure-test"
  vpc_id                    = "vpc-1"
  vpc_cidr_block            = "10.0.0.0/16"
  s3_prefix_list_id         = "pl-s3"
  cloudfront_prefix_list_id = "pl-cloudfront"
}

run "no_group_is_open_to_addresses" {
  assert {
    condition     = alltrue([for rule in concat(values(aws_vpc_security_group_ingress_rule.flow), [aws_vpc_security_group_ingress_rule.among_nodes]) : rule.cidr_ipv4 == null && rule.cidr_ipv6 == null])
    error_message = "A group lets addresses in instead of groups."
  }

  assert {
    condition     = aws_vpc_security_group_ingress_rule.cloudfront.prefix_list_id == "pl-cloudfront" && aws_vpc_security_group_ingress_rule.cloudfront.security_group_id == output.alb_id && aws_vpc_security_group_ingress_rule.cloudfront.from_port == 80
    error_message = "From outside only CloudFront comes in, and only to the load balancer."
  }
}

run "data_stores_are_reached_by_who_needs_them_on_one_port" {
  assert {
    condition = toset([for rule in aws_vpc_security_group_ingress_rule.flow : "${rule.referenced_security_group_id} ${rule.from_port}-${rule.to_port}" if rule.security_group_id == output.rds_id]) == toset([
      "${output.functions_id} 5432-5432", "${output.nodes_id} 5432-5432",
    ])
    error_message = "PostgreSQL is for functions and nodes, port 5432."
  }

  assert {
    condition = toset([for rule in aws_vpc_security_group_ingress_rule.flow : "${rule.referenced_security_group_id} ${rule.from_port}-${rule.to_port}" if rule.security_group_id == output.redis_id]) == toset([
      "${output.functions_id} 6379-6379", "${output.nodes_id} 6379-6379",
    ])
    error_message = "Redis is for functions and nodes, port 6379."
  }

  assert {
    condition = toset([for rule in aws_vpc_security_group_ingress_rule.flow : "${rule.referenced_security_group_id} ${rule.from_port}-${rule.to_port}" if rule.security_group_id == output.mq_id]) == toset([
      "${output.nodes_id} 5671-5671", "${output.nodes_id} 443-443",
    ])
    error_message = "The broker is for nodes only: functions hold no broker credential."
  }

  assert {
    condition     = alltrue([for rule in concat(values(aws_vpc_security_group_egress_rule.flow), values(aws_vpc_security_group_egress_rule.https)) : !contains([output.rds_id, output.redis_id, output.mq_id], rule.security_group_id)])
    error_message = "A data store may open connections."
  }
}

run "each_way_in_has_its_way_out" {
  assert {
    condition     = toset(keys(aws_vpc_security_group_ingress_rule.flow)) == toset(keys(aws_vpc_security_group_egress_rule.flow))
    error_message = "A rule in without its rule out."
  }

  assert {
    condition = alltrue([for name, rule in aws_vpc_security_group_ingress_rule.flow :
      rule.security_group_id == aws_vpc_security_group_egress_rule.flow[name].referenced_security_group_id &&
      rule.referenced_security_group_id == aws_vpc_security_group_egress_rule.flow[name].security_group_id &&
      rule.from_port == aws_vpc_security_group_egress_rule.flow[name].from_port
    ])
    error_message = "The two rules of a path differ."
  }

  assert {
    condition     = toset([for rule in aws_vpc_security_group_egress_rule.https : "${rule.security_group_id} ${rule.from_port}-${rule.to_port} ${rule.cidr_ipv4}"]) == toset(["${output.functions_id} 443-443 0.0.0.0/0", "${output.nodes_id} 443-443 0.0.0.0/0"])
    error_message = "Only functions and nodes leave the VPC, by HTTPS."
  }
}

run "the_load_balancer_reaches_the_pods_ports" {
  assert {
    condition     = toset([for rule in aws_vpc_security_group_egress_rule.flow : rule.from_port if rule.security_group_id == output.alb_id]) == toset([8081, 8082, 9090])
    error_message = "The load balancer reaches server, gateway and admin port."
  }

  assert {
    condition     = toset([for rule in aws_vpc_security_group_ingress_rule.flow : rule.referenced_security_group_id if rule.security_group_id == output.alb_id]) == toset([output.vpc_link_id])
    error_message = "Inside the VPC only the VPC link reaches the load balancer."
  }
}

run "groups_wait_for_interfaces_when_destroyed" {
  assert {
    condition     = alltrue([for group in aws_security_group.this : group.timeouts.delete == "60m"])
    error_message = "Lambda and EKS give interfaces back late; destroy has to wait."
  }
}

run "a_proxy_stands_between_functions_and_postgres" {
  variables {
    rds_proxy_enabled = true
  }

  assert {
    condition     = toset([for rule in aws_vpc_security_group_ingress_rule.flow : rule.referenced_security_group_id if rule.security_group_id == output.rds_id]) == toset([output.rds_proxy_id, output.nodes_id])
    error_message = "With a proxy functions do not reach PostgreSQL themselves."
  }

  assert {
    condition     = toset([for rule in aws_vpc_security_group_ingress_rule.flow : rule.referenced_security_group_id if rule.security_group_id == output.rds_proxy_id]) == toset([output.functions_id])
    error_message = "The proxy is for functions."
  }
}

run "without_a_proxy_there_is_no_group_for_it" {
  assert {
    condition     = output.rds_proxy_id == null
    error_message = "A group without a proxy."
  }
}

run "a_broker_in_the_cluster_needs_no_group" {
  variables {
    messaging_mode = "in_cluster"
  }

  assert {
    condition     = output.mq_id == null && length([for name in keys(aws_vpc_security_group_ingress_rule.flow) : name if strcontains(name, "mq")]) == 0
    error_message = "Paths to a broker that is not there."
  }
}

run "mongodb_in_the_cluster_is_reached_through_its_load_balancer" {
  assert {
    condition     = toset([for rule in aws_vpc_security_group_ingress_rule.flow : "${rule.referenced_security_group_id} ${rule.from_port}" if rule.security_group_id == output.documents_id]) == toset(["${output.functions_id} 27017"])
    error_message = "The load balancer before MongoDB is for functions."
  }

  assert {
    condition     = contains([for rule in aws_vpc_security_group_ingress_rule.flow : "${rule.referenced_security_group_id} ${rule.from_port}" if rule.security_group_id == output.nodes_id], "${output.documents_id} 27017")
    error_message = "The load balancer reaches the pod."
  }
}

run "documentdb_is_reached_by_functions_and_nodes" {
  variables {
    documents_mode = "documentdb"
  }

  assert {
    condition     = toset([for rule in aws_vpc_security_group_ingress_rule.flow : "${rule.referenced_security_group_id} ${rule.from_port}" if rule.security_group_id == output.documents_id]) == toset(["${output.functions_id} 27017", "${output.nodes_id} 27017"])
    error_message = "DocumentDB is for functions and nodes, port 27017."
  }

  assert {
    condition     = length([for rule in aws_vpc_security_group_egress_rule.flow : rule if rule.security_group_id == output.documents_id]) == 0
    error_message = "DocumentDB may open connections."
  }
}

run "atlas_is_outside_and_opens_a_way_out_only" {
  variables {
    documents_mode = "atlas"
  }

  assert {
    condition     = output.documents_id == null && length(aws_vpc_security_group_egress_rule.atlas) == 2
    error_message = "Atlas needs a way out and no group."
  }

  assert {
    condition     = alltrue([for rule in aws_vpc_security_group_egress_rule.atlas : rule.from_port == 27015 && rule.to_port == 27017])
    error_message = "More than Atlas's ports are open."
  }
}

run "with_endpoints_nothing_leaves_the_vpc" {
  variables {
    egress_mode = "endpoints"
  }

  assert {
    condition     = alltrue([for rule in aws_vpc_security_group_egress_rule.https : rule.cidr_ipv4 == "10.0.0.0/16"])
    error_message = "HTTPS leaves the VPC."
  }

  assert {
    condition     = alltrue([for rule in aws_vpc_security_group_egress_rule.s3 : rule.prefix_list_id == "pl-s3"]) && length(aws_vpc_security_group_egress_rule.s3) == 2
    error_message = "Image layers come from S3."
  }
}

run "refuses_atlas_without_a_way_out" {
  command = plan

  variables {
    documents_mode = "atlas"
    egress_mode    = "endpoints"
  }

  expect_failures = [var.documents_mode]
}

run "refuses_privileged_ports_of_pods" {
  command = plan

  variables {
    alb_target_ports = [22]
  }

  expect_failures = [var.alb_target_ports]
}

run "refuses_another_listener_port" {
  command = plan

  variables {
    alb_listener_port = 8080
  }

  expect_failures = [var.alb_listener_port]
}

run "spans_go_to_the_collector_and_nowhere_else" {
  variables {
    collector = { cidrs = ["10.0.3.7/32"], port = 4318 }
  }

  assert {
    condition = toset([for rule in aws_vpc_security_group_egress_rule.collector : "${rule.security_group_id} ${rule.cidr_ipv4} ${rule.from_port}-${rule.to_port}"]) == toset([
      "${output.functions_id} 10.0.3.7/32 4318-4318", "${output.nodes_id} 10.0.3.7/32 4318-4318",
    ])
    error_message = "Functions and nodes reach the collector on its port."
  }
}
