# Records of our zone. Each host leads to the load balancer; the zone says who may sign certificates for it.

resource "scaleway_domain_record" "v4" {
  for_each = var.records

  dns_zone        = var.zone
  name            = each.value
  type            = "A"
  data            = var.address_v4
  ttl             = var.ttl
  keep_empty_zone = true
}

resource "scaleway_domain_record" "v6" {
  for_each = var.records

  dns_zone        = var.zone
  name            = each.value
  type            = "AAAA"
  data            = var.address_v6
  ttl             = var.ttl
  keep_empty_zone = true
}

resource "scaleway_domain_record" "caa" {
  dns_zone        = var.zone
  name            = ""
  type            = "CAA"
  data            = "0 issue \"letsencrypt.org\""
  ttl             = 3600
  keep_empty_zone = true
}
