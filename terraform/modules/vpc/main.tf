locals {
  zones = { for index, zone in var.availability_zones : zone => index }

  # Of a /16: private subnets are /20 (4,091 addresses, pods take theirs from here in blocks of 16), the others /24.
  private_cidrs = { for zone, index in local.zones : zone => cidrsubnet(var.cidr_block, 4, index) }
  public_cidrs  = { for zone, index in local.zones : zone => cidrsubnet(var.cidr_block, 8, 48 + index) }
  data_cidrs    = { for zone, index in local.zones : zone => cidrsubnet(var.cidr_block, 8, 64 + index) }
}

resource "aws_vpc" "this" {
  cidr_block           = var.cidr_block
  enable_dns_support   = true
  enable_dns_hostnames = true

  tags = { Name = var.name }
}

# Without a rule: whatever is put into the VPC without a group of its own can reach nothing and be reached by nothing.
resource "aws_default_security_group" "this" {
  vpc_id = aws_vpc.this.id

  tags = { Name = "${var.name}-default" }
}

resource "aws_subnet" "public" {
  for_each = local.public_cidrs

  vpc_id                  = aws_vpc.this.id
  availability_zone       = each.key
  cidr_block              = each.value
  map_public_ip_on_launch = false

  tags = { Name = "${var.name}-public-${each.key}" }
}

resource "aws_subnet" "private" {
  for_each = local.private_cidrs

  vpc_id            = aws_vpc.this.id
  availability_zone = each.key
  cidr_block        = each.value

  tags = { Name = "${var.name}-private-${each.key}" }

  # Lambda gives a function's network interfaces back up to an hour after the function is gone.
  timeouts {
    delete = "90m"
  }
}

resource "aws_subnet" "data" {
  for_each = local.data_cidrs

  vpc_id            = aws_vpc.this.id
  availability_zone = each.key
  cidr_block        = each.value

  tags = { Name = "${var.name}-data-${each.key}" }
}
