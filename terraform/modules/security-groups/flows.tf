# Who may open a connection to whom. Each line becomes two rules: out of the one group and into the other.
locals {
  # Kubelet (10250), and the ports on which the control plane calls admission webhooks and metrics APIs: External
  # Secrets (10250), the load balancer controller and KEDA's webhooks (9443), KEDA's metrics (6443), metrics-server (10251).
  control_plane_ports = toset(["6443", "9443", "10250", "10251"])

  postgres_path = var.rds_proxy_enabled ? {
    "functions to rds-proxy" = { from = "functions", to = "rds-proxy", port = 5432 }
    "rds-proxy to rds"       = { from = "rds-proxy", to = "rds", port = 5432 }
    } : {
    "functions to rds" = { from = "functions", to = "rds", port = 5432 }
  }

  flows = merge(
    local.postgres_path,
    {
      "functions to redis" = { from = "functions", to = "redis", port = 6379 }
      "nodes to rds"       = { from = "nodes", to = "rds", port = 5432 }
      "nodes to redis"     = { from = "nodes", to = "redis", port = 6379 }
      "nodes to cluster"   = { from = "nodes", to = "cluster", port = 443 }
      "vpc-link to alb"    = { from = "vpc-link", to = "alb", port = var.alb_listener_port }
    },
    { for port in local.control_plane_ports : "cluster to nodes ${port}" => { from = "cluster", to = "nodes", port = tonumber(port) } },
    { for port in var.alb_target_ports : "alb to nodes ${port}" => { from = "alb", to = "nodes", port = port } },
    local.mq_group ? {
      "nodes to mq"            = { from = "nodes", to = "mq", port = 5671 }
      "nodes to mq management" = { from = "nodes", to = "mq", port = 443 }
    } : {},
    local.documents_group ? {
      "functions to documents" = { from = "functions", to = "documents", port = 27017 }
    } : {},
    local.documents_group && !local.in_cluster_documents ? {
      "nodes to documents" = { from = "nodes", to = "documents", port = 27017 }
    } : {},
    local.in_cluster_documents ? {
      "documents to nodes" = { from = "documents", to = "nodes", port = 27017 }
    } : {},
  )
}

resource "aws_vpc_security_group_egress_rule" "flow" {
  for_each = local.flows

  security_group_id            = aws_security_group.this[each.value.from].id
  referenced_security_group_id = aws_security_group.this[each.value.to].id
  description                  = each.key
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
}

resource "aws_vpc_security_group_ingress_rule" "flow" {
  for_each = local.flows

  security_group_id            = aws_security_group.this[each.value.to].id
  referenced_security_group_id = aws_security_group.this[each.value.from].id
  description                  = each.key
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
}

# Pods of different nodes talk through their nodes' group; which pod may talk to which is for network policies.
resource "aws_vpc_security_group_egress_rule" "among_nodes" {
  security_group_id            = aws_security_group.this["nodes"].id
  referenced_security_group_id = aws_security_group.this["nodes"].id
  description                  = "among nodes"
  ip_protocol                  = "-1"
}

resource "aws_vpc_security_group_ingress_rule" "among_nodes" {
  security_group_id            = aws_security_group.this["nodes"].id
  referenced_security_group_id = aws_security_group.this["nodes"].id
  description                  = "among nodes"
  ip_protocol                  = "-1"
}
