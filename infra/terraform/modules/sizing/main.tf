# How big, from what is known before: how many regions, how many establishments, how hard the last evening.
# No provider: `terraform test` runs it as it is.
#
# What decides is the last ten minutes of a call. `submissions_per_core` is a measure (`make bench-storm`,
# docs/performance.md) brought down by more than half, so that a pod may be lost at that moment.

terraform {
  required_version = ">= 1.11"
}

locals {
  # The first class that is large enough. Database and Redis grow by class: changing them is a maintenance, not a surge.
  order = ["region", "regions", "national"]
  classes = {
    region   = { establishments = 3000, regions = 1, database = "DB-PRO2-XXS", redis = "RED1-MICRO", node = "PRO2-XXS", cores = 2, balancer = "LB-S", gateway = "VPC-GW-S" }
    regions  = { establishments = 15000, regions = 6, database = "DB-PRO2-XS", redis = "RED1-S", node = "PRO2-XS", cores = 4, balancer = "LB-GP-M", gateway = "VPC-GW-S" }
    national = { establishments = 60000, regions = 20, database = "DB-PRO2-S", redis = "RED1-S", node = "PRO2-XS", cores = 4, balancer = "LB-GP-L", gateway = "VPC-GW-M" }
  }
  class_name = [
    for name in local.order : name
    if var.establishments <= local.classes[name].establishments && var.regions <= local.classes[name].regions
  ][0]
  class = local.classes[local.class_name]

  # The web: who submits in the last ten minutes, over what a core takes, and one more that may be lost.
  last_evening = ceil(var.establishments * var.last_evening_share)
  web_floor    = var.resilient ? 2 : 1
  web_least    = max(local.web_floor, ceil(local.last_evening / var.submissions_per_core) + (var.resilient ? 1 : 0))
  web_most     = var.resilient ? max(4, 2 * local.web_least) : local.web_least
  workers      = max(var.resilient ? 2 : 1, ceil(var.establishments / 10000) + 1)

  # The nodes: one core a web pod, half a core a worker and the scheduler, half a core a node for Kubernetes itself.
  zones          = var.resilient ? slice(var.zones, 0, 2) : slice(var.zones, 0, 1)
  node_cores     = var.resilient ? local.class.cores : 2
  usable_cores   = local.node_cores - 0.5
  cores_least    = local.web_least + 0.5 * (local.workers + 1)
  cores_most     = local.web_most + 0.5 * (2 * local.workers + 1)
  nodes_least    = max(1, ceil(local.cores_least / local.usable_cores / length(local.zones)))
  nodes_most     = max(local.nodes_least + (var.resilient ? 1 : 0), ceil(local.cores_most / local.usable_cores / length(local.zones)))
  database_nodes = var.resilient ? 2 : 1
  read_replica   = var.resilient && var.regions > 1
  # Several replicas of the control plane where more than a region rests on it.
  control_plane = var.resilient && local.class_name != "region" ? "kapsule-dedicated-4" : "kapsule"
  # Candidacies, register, audit log and indexes: about 3 MB an establishment over five years, and 20 GB to breathe.
  database_gb = 5 * ceil((20 + var.establishments * 0.003) / 5)
  # Attachments and generated documents: about 15 MB an establishment over five years.
  storage_gb = 10 * ceil((10 + var.establishments * 0.015) / 10)
}
