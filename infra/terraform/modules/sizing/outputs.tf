output "class" {
  description = "region, regions or national."
  value       = local.class_name
}

output "database" {
  description = "Managed PostgreSQL."
  value = {
    node_type         = local.database_type
    volume_gb         = local.database_gb
    high_availability = var.resilient
    read_replica      = local.read_replica
    backup_days       = var.resilient ? 30 : 7
  }
}

output "redis" {
  description = "Managed Redis. Two nodes are a main one and a standby; three and more would shard, which the queue does not want."
  value       = { node_type = local.redis_type, nodes = local.database_nodes }
}

output "pods" {
  description = "What the chart is told (infra/helm/crrc)."
  value = {
    web     = { least = local.web_least, most = local.web_most }
    workers = { least = local.workers, most = 2 * local.workers }
  }
}

output "nodes" {
  description = "Pools of Kubernetes, one a zone."
  value       = { type = local.node_type, zones = local.zones, least = local.nodes_least, most = local.nodes_most }
}

output "control_plane" {
  description = "Kubernetes' own machines: shared, or dedicated and several."
  value       = local.control_plane
}

output "load_balancer_type" {
  description = "The load balancer's type."
  value       = local.balancer_type
}

output "gateway_type" {
  description = "The type of the gateway by which nodes reach the outside."
  value       = local.gateway_type
}

output "storage_gb" {
  description = "What is expected in the bucket of files after five years. Nothing is reserved: it is only for the estimate."
  value       = local.storage_gb
}

output "monthly_euros" {
  description = "Order of magnitude of the cost, in euros a month without VAT, by line and in all."
  value       = merge({ for line, cost in local.costs : line => ceil(cost) }, { total = ceil(sum(values(local.costs))) })
}
