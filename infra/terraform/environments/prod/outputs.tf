output "helm_values" {
  description = "What the chart is told: `terraform output -json helm_values > values.json`."
  value       = module.portal.helm_values
}

output "secrets" {
  description = "Where each secret is: infra/terraform/secrets-to-cluster reads it."
  value       = module.portal.secrets
}

output "applications" {
  description = "The applications whose keys are to be made."
  value       = module.portal.applications
}

output "cluster_id" {
  description = "The Kubernetes cluster."
  value       = module.portal.cluster_id
}

output "addresses" {
  description = "Where people come in, where everything leaves."
  value       = module.portal.addresses
}

output "asked_of_tenants" {
  description = "What each tenant's own DNS must say."
  value       = module.portal.asked_of_tenants
}

output "served" {
  description = "Every host that a certificate holds."
  value       = module.portal.served
}

output "monitoring" {
  description = "Where metrics, logs and traces are sent."
  value       = module.portal.monitoring
}

output "monthly_euros" {
  description = "Order of magnitude of the cost, without VAT."
  value       = module.portal.monthly_euros
}
