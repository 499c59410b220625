output "vpc_id" {
  description = "The VPC."
  value       = aws_vpc.this.id
}

output "cidr_block" {
  description = "Addresses of the VPC."
  value       = aws_vpc.this.cidr_block
}

output "public_subnet_ids" {
  description = "Subnets with a route to the internet gateway, one a zone. They hold the NAT gateway only."
  value       = [for zone in var.availability_zones : aws_subnet.public[zone].id]
}

output "private_subnet_ids" {
  description = "Subnets of nodes, functions and the internal load balancers, one a zone."
  value       = [for zone in var.availability_zones : aws_subnet.private[zone].id]
}

output "data_subnet_ids" {
  description = "Subnets of the data stores, one a zone. They have no route out of the VPC."
  value       = [for zone in var.availability_zones : aws_subnet.data[zone].id]
}

output "default_security_group_id" {
  description = "The VPC's own security group, emptied. Functions are moved to it when they are destroyed, so that theirs can go."
  value       = aws_default_security_group.this.id
}

output "s3_prefix_list_id" {
  description = "S3's addresses in this region, for rules that allow nothing else."
  value       = aws_vpc_endpoint.s3.prefix_list_id
}

output "nat_public_ip" {
  description = "The address requests to the internet come from; null with egress_mode = \"endpoints\". Put it on the allow list of MongoDB Atlas."
  value       = one([for address in aws_eip.nat : address.public_ip])
}

output "interface_endpoints" {
  description = "AWS services reached inside the VPC; empty with egress_mode = \"nat\"."
  value       = sort(keys(aws_vpc_endpoint.interface))
}

output "private_cidr_blocks" {
  description = "Addresses of the private subnets, one block a zone: nodes, pods, functions, load balancers."
  value       = [for zone in var.availability_zones : local.private_cidrs[zone]]
}

output "data_cidr_blocks" {
  description = "Addresses of the data stores, one block a zone."
  value       = [for zone in var.availability_zones : local.data_cidrs[zone]]
}
