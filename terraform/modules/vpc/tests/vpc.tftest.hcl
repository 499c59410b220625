mock_provider "aws" {
  mock_data "aws_region" {
    defaults = { name = "eu-west-1" }
  }
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-west-1:123456789012:log-group:flow" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/flow" }
  }
}

variables {
  name               = "velure-test"
  availability_zones = ["eu-west-1a", "eu-west-1b"]
}

run "two_zones_with_subnets_that_do_not_overlap" {
  assert {
    condition     = length(aws_subnet.public) == 2 && length(aws_subnet.private) == 2 && length(aws_subnet.data) == 2
    error_message = "Each kind of subnet is in both zones."
  }

  assert {
    condition = toset([for subnet in concat(values(aws_subnet.public), values(aws_subnet.private), values(aws_subnet.data)) : subnet.cidr_block]) == toset([
      "10.0.0.0/20", "10.0.16.0/20", "10.0.48.0/24", "10.0.49.0/24", "10.0.64.0/24", "10.0.65.0/24",
    ])
    error_message = "Subnets overlap or moved: moving one replaces everything in it."
  }

  assert {
    condition     = alltrue([for subnet in values(aws_subnet.public) : !subnet.map_public_ip_on_launch])
    error_message = "Nothing gets a public address by itself."
  }

  assert {
    condition     = output.private_subnet_ids == [aws_subnet.private["eu-west-1a"].id, aws_subnet.private["eu-west-1b"].id]
    error_message = "Subnets are listed in the order of the zones."
  }
}

run "one_nat_gateway_and_no_interface_endpoint_by_default" {
  assert {
    condition     = keys(aws_nat_gateway.this) == ["eu-west-1a"] && length(aws_eip.nat) == 1 && length(aws_route.nat) == 1
    error_message = "Exactly one NAT gateway."
  }

  assert {
    condition     = output.nat_public_ip == aws_eip.nat["eu-west-1a"].public_ip && length(output.interface_endpoints) == 0 && length(aws_security_group.endpoints) == 0
    error_message = "egress_mode nat makes no interface endpoint."
  }
}

run "endpoints_instead_of_a_way_to_the_internet" {
  variables {
    egress_mode = "endpoints"
  }

  assert {
    condition     = length(aws_nat_gateway.this) == 0 && length(aws_eip.nat) == 0 && length(aws_route.nat) == 0 && output.nat_public_ip == null
    error_message = "egress_mode endpoints has no NAT gateway and no route to the internet."
  }

  assert {
    condition     = alltrue([for service in ["ecr.api", "ecr.dkr", "eks", "eks-auth", "secretsmanager", "logs", "sts"] : contains(output.interface_endpoints, service)])
    error_message = "Nodes and functions miss a service that they cannot do without."
  }

  assert {
    condition     = !contains(output.interface_endpoints, "execute-api")
    error_message = "An execute-api endpoint hides the HTTP API from the VPC."
  }

  assert {
    condition     = alltrue([for endpoint in aws_vpc_endpoint.interface : endpoint.private_dns_enabled && length(endpoint.subnet_ids) == 2])
    error_message = "Interface endpoints answer under AWS's own names, in both zones."
  }

  assert {
    condition     = toset([for rule in aws_vpc_security_group_ingress_rule.endpoints : rule.cidr_ipv4]) == toset(["10.0.0.0/20", "10.0.16.0/20"])
    error_message = "Endpoints are reached from the private subnets only."
  }
}

run "data_subnets_have_no_way_out" {
  assert {
    condition     = alltrue([for route in concat([aws_route.internet], values(aws_route.nat)) : route.route_table_id != aws_route_table.data.id])
    error_message = "The route table of the data subnets got a route."
  }

  assert {
    condition     = alltrue([for association in aws_route_table_association.data : association.route_table_id == aws_route_table.data.id])
    error_message = "A data subnet uses another route table."
  }

  assert {
    condition     = aws_vpc_endpoint.s3.vpc_endpoint_type == "Gateway" && aws_vpc_endpoint.s3.route_table_ids == toset([aws_route_table.private.id])
    error_message = "S3 is reached through the free gateway endpoint, from the private subnets only."
  }
}

run "the_default_group_is_empty_and_refusals_are_logged" {
  assert {
    condition     = length(aws_default_security_group.this.ingress) == 0 && length(aws_default_security_group.this.egress) == 0
    error_message = "The default security group has a rule."
  }

  assert {
    condition     = aws_flow_log.rejected.traffic_type == "REJECT" && aws_cloudwatch_log_group.flow.retention_in_days == 30
    error_message = "Refused connections are logged, and not for ever."
  }

  assert {
    condition     = !contains(flatten(data.aws_iam_policy_document.flow.statement[*].actions), "logs:CreateLogGroup")
    error_message = "A late delivery would make the log group again after destroy."
  }
}

run "private_subnets_wait_for_the_interfaces_of_functions" {
  assert {
    condition     = alltrue([for subnet in aws_subnet.private : subnet.timeouts.delete == "90m"])
    error_message = "Lambda's interfaces stay up to an hour; destroy has to wait."
  }
}

run "refuses_one_zone" {
  command = plan

  variables {
    availability_zones = ["eu-west-1a"]
  }

  expect_failures = [var.availability_zones]
}

run "refuses_the_same_zone_twice" {
  command = plan

  variables {
    availability_zones = ["eu-west-1a", "eu-west-1a"]
  }

  expect_failures = [var.availability_zones]
}

run "refuses_a_network_too_small_for_pods" {
  command = plan

  variables {
    cidr_block = "10.0.0.0/20"
  }

  expect_failures = [var.cidr_block]
}

run "refuses_another_way_out" {
  command = plan

  variables {
    egress_mode = "proxy"
  }

  expect_failures = [var.egress_mode]
}
