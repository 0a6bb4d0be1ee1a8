output "certificates" {
  description = "Certificates to ask for: {key: {common_name, alternative_names}}."
  value       = merge(local.portal_certificates, local.tenant_certificates)
}

output "records" {
  description = "Records of our zone that lead to the load balancer: {host: name inside the zone, empty for the zone itself}."
  value       = { for host in concat([var.host], local.ours) : host => trimsuffix(trimsuffix(host, var.zone), ".") }
}

output "served" {
  description = "Every host that a certificate holds, in order."
  value       = sort(flatten([for each in merge(local.portal_certificates, local.tenant_certificates) : concat([each.common_name], each.alternative_names)]))
}

output "asked_of_tenants" {
  description = "What each tenant's own DNS must say, and whether they said it is done."
  value = {
    for host, about in local.theirs : host => {
      tenant = about.tenant
      record = "CNAME ${var.host}. (or A and AAAA to the load balancer, for a domain without anything before it)"
      ready  = about.ready
    }
  }
}
