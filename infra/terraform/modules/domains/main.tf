# Which hosts people type, which DNS records they need, which certificates hold them.
# No provider: `terraform test` runs it as it is.
#
# The portal answers at its own host (https://<host>/<tenant>/), and each tenant may have hosts of its own. Two kinds:
# - inside our zone: we write the record, and the name goes with the portal's in one certificate;
# - in somebody else's zone: that somebody writes the record, then says so (`ready`). Until then no certificate is asked
#   for: one name that does not lead here would make the authority refuse the others of the same certificate. Each
#   tenant has therefore a certificate of its own, and a mistake of one never stops the others.

terraform {
  required_version = ">= 1.11"
}

locals {
  # What Let's Encrypt takes in one certificate is 100 names.
  names_per_certificate = 100

  tenant_hosts = merge([
    for slug, tenant in var.tenants : {
      for host in concat(tenant.domain == null ? [] : [tenant.domain], tenant.aliases) :
      host => { tenant = slug, ours = host == var.zone || endswith(host, ".${var.zone}"), ready = tenant.ready }
    }
  ]...)
  ours   = sort([for host, about in local.tenant_hosts : host if about.ours])
  theirs = { for host, about in local.tenant_hosts : host => about if !about.ours }

  # The portal's host is the first name of the first certificate, whatever tenants come and go.
  groups = chunklist(concat([var.host], local.ours), local.names_per_certificate)
  portal_certificates = {
    for index, names in local.groups :
    (index == 0 ? "portal" : "portal-${index + 1}") => { common_name = names[0], alternative_names = slice(names, 1, length(names)) }
  }
  tenant_certificates = {
    for slug, tenant in var.tenants : "tenant-${slug}" => {
      common_name       = tenant.domain
      alternative_names = sort([for host in tenant.aliases : host if !local.tenant_hosts[host].ours])
    }
    if tenant.domain != null && tenant.ready && try(!local.tenant_hosts[tenant.domain].ours, false)
  }
}
