locals {
  port     = 27017
  database = "velure"

  # By mode, so that each is complete in one place.
  connections = {
    in_cluster = var.mode != "in_cluster" ? null : {
      username       = var.username
      database       = local.database
      functions_host = "${one(concat([for balancer in aws_lb.mongodb : balancer.dns_name], [for mode in ["pods"] : local.service if !local.balanced]))}:${local.port}"
      pods_host      = "${local.service}:${local.port}"
      # The one member of the replica set is known by its name in the cluster, which means nothing outside.
      options = { directConnection = "true", authSource = local.database }
    }

    documentdb = var.mode != "documentdb" ? null : {
      username       = var.username
      database       = local.database
      functions_host = "${one([for cluster in aws_docdb_cluster.this : cluster.endpoint])}:${local.port}"
      pods_host      = "${one([for cluster in aws_docdb_cluster.this : cluster.endpoint])}:${local.port}"
      options = {
        tls         = "true"
        tlsCAFile   = local.ca_certificate
        replicaSet  = "rs0"
        retryWrites = "false"
        authSource  = "admin"
      }
    }

    atlas = null
  }
}
