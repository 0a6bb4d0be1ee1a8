locals {
  annotation = "service.beta.kubernetes.io/scw-loadbalancer-"
}

output "address_v4" {
  description = "For A records."
  value       = scaleway_lb_ip.v4.ip_address
}

output "address_v6" {
  description = "For AAAA records."
  value       = scaleway_lb_ip.v6.ip_address
}

output "service_annotations" {
  description = "What the chart writes on the web's service of type LoadBalancer (port 443 to the web's port, in HTTP)."
  value = {
    "${local.annotation}id"                       = scaleway_lb.main.id
    "${local.annotation}externally-managed"       = "true"
    "${local.annotation}protocol-http"            = "true"
    "${local.annotation}certificate-ids"          = join(",", [for each in scaleway_lb_certificate.main : element(split("/", each.id), -1)])
    "${local.annotation}health-check-type"        = "http"
    "${local.annotation}health-check-http-uri"    = "/readyz"
    "${local.annotation}health-check-http-method" = "GET"
    "${local.annotation}health-check-http-code"   = "200"
    "${local.annotation}health-check-delay"       = "5s"
    "${local.annotation}forward-port-algorithm"   = "leastconn"
    "${local.annotation}timeout-server"           = "60s"
    "${local.annotation}timeout-connect"          = "5s"
    "${local.annotation}redispatch-attempt-count" = "1"
    "${local.annotation}on-marked-down-action"    = "on_marked_down_action_none"
  }
}
