# Micro-dollars (1 USD = 1,000,000) of each thing, by region, for one hour or one month. On demand, no free tier, no
# tax. null: nobody has read that price yet; the floor then says what it lacks, and never takes another region's price.
#
# Grades: A an AWS price-list record or page with its date, B generated from AWS's price API in a maintained repository,
# C a text of somebody else, D from memory. Read C and D again before relying on them.
locals {
  hours_per_month = 730

  per_hour = {
    # B: infracost golden file eks_cluster, 2025-07-07. Equal in both regions (C). Standard support; extended is 0.60.
    eks-cluster = { us-east-1 = 100000, sa-east-1 = 100000 }

    # B: karpenter's generated EC2 prices, data of 2026-07-20. Sao Paulo's t4g.medium and t3.medium are only guessed.
    "node:t4g.medium" = { us-east-1 = 33600, sa-east-1 = null }
    "node:t4g.large"  = { us-east-1 = 67200, sa-east-1 = null }
    "node:t3.medium"  = { us-east-1 = 41600, sa-east-1 = null }
    "node:m7g.medium" = { us-east-1 = 40800, sa-east-1 = null }
    "node:m7g.large"  = { us-east-1 = 81600, sa-east-1 = null }
    "node:m6g.medium" = { us-east-1 = 38500, sa-east-1 = null }

    # B, stale: on demand less the saving in AWS's Spot Advisor of 2025-06-28 (64 %, 56 %, 66 %, 64 %). Spot prices move.
    "spot:t4g.medium" = { us-east-1 = 12096, sa-east-1 = null }
    "spot:t3.medium"  = { us-east-1 = 18304, sa-east-1 = null }
    "spot:m7g.medium" = { us-east-1 = 13872, sa-east-1 = null }
    "spot:m7g.large"  = { us-east-1 = 29376, sa-east-1 = null }

    # B: infracost golden file nat_gateway. Sao Paulo A: price-list record of 2026-09-01, and a bill of 2025-09.
    nat-gateway = { us-east-1 = 45000, sa-east-1 = 93000 }

    # B: infracost golden file eip. Sao Paulo A: price-list record of 2026-09-01.
    public-ipv4 = { us-east-1 = 5000, sa-east-1 = 5000 }

    # B: infracost golden file vpc_endpoint, 2024-10-18. One service in one zone.
    interface-endpoint = { us-east-1 = 10000, sa-east-1 = null }

    # B: infracost golden file lb_test. Sao Paulo A: price-list record of 2026-08-01. Capacity units come on top.
    application-load-balancer = { us-east-1 = 22500, sa-east-1 = 34000 }

    # B: infracost golden file lb_test. Capacity units come on top.
    network-load-balancer = { us-east-1 = 22500, sa-east-1 = null }

    # C: infratally, 2026. Single zone; twice the number of them with a standby.
    "rds:db.t4g.micro"  = { us-east-1 = 16000, sa-east-1 = null }
    "rds:db.t4g.small"  = { us-east-1 = 32000, sa-east-1 = null }
    "rds:db.t4g.medium" = { us-east-1 = 65000, sa-east-1 = null }

    # D: 0.015 for each virtual CPU of the instance and two at least.
    rds-proxy = { us-east-1 = 30000, sa-east-1 = null }

    # C: two repositories with rates reviewed on 2026-09-01; mq.m7g.large at exactly twice agrees, two weaker notes do not.
    "mq:mq.m7g.medium" = { us-east-1 = 136700, sa-east-1 = null }
    "mq:mq.m7g.large"  = { us-east-1 = 273400, sa-east-1 = null }

    # D: from memory.
    "cache:valkey:cache.t4g.micro" = { us-east-1 = 12800, sa-east-1 = null }
    "cache:redis:cache.t4g.micro"  = { us-east-1 = 16000, sa-east-1 = null }

    # B: infracost golden file docdb_cluster_instance. The default db.t4g.medium has not been read.
    "docdb:db.t3.medium"  = { us-east-1 = 78000, sa-east-1 = null }
    "docdb:db.t4g.medium" = { us-east-1 = null, sa-east-1 = null }
  }

  per_month = {
    # B: infracost golden file ebs_volume. One GB of gp3.
    ebs-gib = { us-east-1 = 80000, sa-east-1 = null }

    # B: infracost golden file db_instance, 2026-05-03. Sao Paulo A: half of the record of two zones, 2026-09-01.
    rds-gib = { us-east-1 = 115000, sa-east-1 = 219000 }

    # B: infracost golden file secretsmanager_secret. Sao Paulo D.
    secret = { us-east-1 = 400000, sa-east-1 = 400000 }

    # B: infracost golden file kms_key. The same everywhere.
    kms-key = { us-east-1 = 1000000, sa-east-1 = 1000000 }

    # B: infracost golden file route53_zone. Global.
    hosted-zone = { us-east-1 = 500000, sa-east-1 = 500000 }

    # Nobody has read the price of a health check over HTTPS.
    health-check = { us-east-1 = null, sa-east-1 = null }

    # B: infracost golden files cloudwatch_metric_alarm and cloudwatch_dashboard.
    alarm     = { us-east-1 = 100000, sa-east-1 = null }
    dashboard = { us-east-1 = 3000000, sa-east-1 = null }
  }
}
