locals {
  # One gateway for both zones: a second would cost as much again to survive the loss of the first zone, and in that
  # loss the databases, which are in one zone each by default, are gone as well.
  nat_zones = var.egress_mode == "nat" ? toset([var.availability_zones[0]]) : toset([])
}

resource "aws_eip" "nat" {
  #checkov:skip=CKV2_AWS_19:The address is the NAT gateway's.

  for_each = local.nat_zones

  domain = "vpc"

  tags = { Name = "${var.name}-nat" }

  # An address that is still mapped through the gateway cannot be given back.
  depends_on = [aws_internet_gateway.this]
}

resource "aws_nat_gateway" "this" {
  for_each = local.nat_zones

  allocation_id = aws_eip.nat[each.key].id
  subnet_id     = aws_subnet.public[each.key].id

  tags = { Name = var.name }

  depends_on = [aws_route.internet]
}

resource "aws_route" "nat" {
  for_each = local.nat_zones

  route_table_id         = aws_route_table.private.id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.this[each.key].id
}
