# Orders of magnitude, in euros a month without VAT, to be read to within a third. They are no quotation: the provider's
# price list is the only source that counts, and README.md says how to compare.

locals {
  price = {
    "DB-DEV-S"     = 12, "DB-PRO2-XXS" = 75, "DB-PRO2-XS" = 150, "DB-PRO2-S" = 300,
    "RED1-MICRO"   = 25, "RED1-S" = 75,
    "PRO2-XXS"     = 40, "PRO2-XS" = 80,
    "LB-S"         = 14, "LB-GP-M" = 35, "LB-GP-L" = 70,
    "VPC-GW-S"     = 20, "VPC-GW-M" = 75,
    "kapsule"      = 0, "kapsule-dedicated-4" = 80,
    address        = 3,
    block_gb       = 0.1,
    object_gb      = 0.015,
    thousand_mails = 0.25,
  }

  database_type = var.resilient ? local.class.database : "DB-DEV-S"
  redis_type    = var.resilient ? local.class.redis : "RED1-MICRO"
  node_type     = var.resilient ? local.class.node : "PRO2-XXS"
  balancer_type = var.resilient ? local.class.balancer : "LB-S"
  gateway_type  = var.resilient ? local.class.gateway : "VPC-GW-S"

  database_copies = local.database_nodes + (local.read_replica ? 1 : 0)
  costs = {
    database      = local.database_copies * (local.price[local.database_type] + local.database_gb * local.price.block_gb)
    redis         = local.database_nodes * local.price[local.redis_type]
    nodes         = length(local.zones) * local.nodes_least * local.price[local.node_type]
    control_plane = local.price[local.control_plane]
    load_balancer = local.price[local.balancer_type] + local.price.address
    gateway       = local.price[local.gateway_type] + local.price.address
    # Files once, backups once more with their old versions.
    storage = 3 * local.storage_gb * local.price.object_gb
    # Ten mails an establishment a month.
    mail = var.establishments / 100 * local.price.thousand_mails
  }
}
