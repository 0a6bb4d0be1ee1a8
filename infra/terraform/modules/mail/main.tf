# Transactional mail, and what makes others believe it is ours (SPF, DKIM, DMARC).

resource "scaleway_tem_domain" "main" {
  name       = var.domain
  region     = "fr-par" # the only one
  accept_tos = true
  autoconfig = false # the records are below, where a plan shows them
}

resource "scaleway_domain_record" "main" {
  for_each = {
    spf   = { name = local.inside, type = "TXT", data = scaleway_tem_domain.main.spf_value }
    dkim  = { name = trimsuffix(scaleway_tem_domain.main.dkim_name, ".${var.zone}."), type = "TXT", data = scaleway_tem_domain.main.dkim_config }
    dmarc = { name = trimsuffix(scaleway_tem_domain.main.dmarc_name, ".${var.zone}."), type = "TXT", data = var.dmarc }
    mx    = { name = local.inside, type = "MX", data = scaleway_tem_domain.main.mx_config }
  }

  dns_zone        = var.zone
  name            = each.value.name
  type            = each.value.type
  data            = each.value.data
  ttl             = 3600
  keep_empty_zone = true
}

resource "scaleway_tem_domain_validation" "main" {
  domain_id  = scaleway_tem_domain.main.id
  region     = scaleway_tem_domain.main.region
  timeout    = 3600
  depends_on = [scaleway_domain_record.main]
}

locals {
  # Name of the mail's domain inside the zone, empty for the zone itself.
  inside = trimsuffix(trimsuffix(var.domain, var.zone), ".")
}
