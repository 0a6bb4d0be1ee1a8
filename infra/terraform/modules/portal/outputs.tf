output "helm_values" {
  description = "What the chart is told (infra/helm/crrc): no secret."
  value = {
    image   = { repository = module.registry.image }
    web     = { replicas = module.sizing.pods.web }
    worker  = { replicas = module.sizing.pods.workers }
    service = { annotations = module.load_balancer.service_annotations }
    settings = {
      CRRC_BASE_URL        = "https://${var.host}"
      CRRC_STORAGE_URL     = module.storage.storage_url
      CRRC_BACKUP_URL      = module.backups.backup_url
      CRRC_MAIL_FROM       = "ne-pas-repondre@${var.mail_domain}"
      CRRC_TRUSTED_PROXIES = "1"
    }
    authorities = {
      "postgresql.pem" = module.database.certificate
      "redis.pem"      = module.redis.certificate
    }
  }
}

output "secrets" {
  description = "Where each secret is: {group/NAME: identifier}."
  value       = module.secrets.ids
}

output "applications" {
  description = "The applications whose keys are to be made: portal and backup."
  value       = { portal = module.identity.portal_id, backup = module.identity.backup_writer_id }
}

output "cluster_id" {
  description = "The Kubernetes cluster."
  value       = module.compute.cluster_id
}

output "addresses" {
  description = "People come in by the first two; everything leaves by the third."
  value = {
    v4     = module.load_balancer.address_v4
    v6     = module.load_balancer.address_v6
    egress = module.network.egress_address
  }
}

output "asked_of_tenants" {
  description = "What each tenant's own DNS must say."
  value       = module.domains.asked_of_tenants
}

output "served" {
  description = "Every host that a certificate holds."
  value       = module.domains.served
}

output "monitoring" {
  description = "Where the collector sends what it gathers."
  value       = module.monitoring.push_urls
}

output "monthly_euros" {
  description = "Order of magnitude of the cost, without VAT."
  value       = module.sizing.monthly_euros
}
