# Prices are read from the cost model's catalogue (cost/prices/<region>.json), where each has its source, date and grade: on
# demand, no free tier, no tax. One without a price there is unknown: nobody has read it, and the floor then says what it
# lacks and never takes another region's price. Of a price with tiers the first one counts, which is the month's start.
locals {
  hours_per_month = 730

  cost    = coalesce(var.cost_dir, "${path.module}/../../../cost")
  file    = "${local.cost}/prices/${var.region}.json"
  rows    = jsondecode(fileexists(local.file) ? file(local.file) : jsonencode({ prices = [] })).prices
  catalog = { for row in local.rows : row.key => { usd = try(tonumber(row.tiers[0].usd), null), unit = row.unit } }

  # Spot prices move and are in no catalogue. The largest saving on record makes the floor one.
  spot_saving = one([for parameter in jsondecode(file("${local.cost}/inputs/parameters.json")) : parameter.high if parameter.name == "spot_saving"])

  # The catalogue's key of each name, and how many of its units one is.
  plain = {
    eks-cluster               = { key = "eks.cluster.hour" }
    nat-gateway               = { key = "nat.hour" }
    public-ipv4               = { key = "ipv4.hour" }
    interface-endpoint        = { key = "endpoint.hour" }
    application-load-balancer = { key = "alb.hour" }
    network-load-balancer     = { key = "nlb.hour" }
    # Two virtual CPUs at least.
    rds-proxy    = { key = "rds.proxy.vcpu_hour", units = 2 }
    ebs-gib      = { key = "ebs.gp3.gb_month" }
    rds-gib      = { key = "rds.gp3.gb_month" }
    mq-gib       = { key = "mq.storage.gb_month" }
    secret       = { key = "secret.month" }
    kms-key      = { key = "kms.key.month" }
    hosted-zone  = { key = "route53.zone.month" }
    health-check = { key = "route53.health_check.month" }
    alarm        = { key = "cloudwatch.alarm.month" }
    dashboard    = { key = "cloudwatch.dashboard.month" }
  }

  # Names that end in a type, as in node:t4g.medium and cache:valkey:cache.t4g.micro.
  typed = {
    "node:"         = { key = "ec2.%s.hour" }
    "spot:"         = { key = "ec2.%s.hour", units = 1 - local.spot_saving }
    "rds:"          = { key = "rds.%s.hour" }
    "mq:"           = { key = "%s.hour" }
    "docdb:"        = { key = "docdb.%s.hour" }
    "cache:valkey:" = { key = "valkey.%s.hour" }
    "cache:redis:"  = { key = "redis.%s.hour" }
  }

  priced = merge(
    local.plain,
    merge([for prefix, price in local.typed : {
      for name in keys(var.quantities) : name => {
        key   = format(price.key, trimprefix(trimprefix(name, prefix), "cache."))
        units = try(price.units, 1)
      } if startswith(name, prefix)
    }]...),
  )

  # Micro-dollars (1 USD = 1,000,000) of one for a month, by name; null where no price is known.
  monthly = { for name, price in local.priced : name => try(
    floor(
      local.catalog[price.key].usd * 1000000
      * (endswith(local.catalog[price.key].unit, "hour") ? local.hours_per_month : 1)
      * try(price.units, 1) + 0.5
    ),
    null,
  ) }
}
