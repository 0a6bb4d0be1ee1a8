mock_provider "scaleway" {}

variables {
  names              = { load_balancer = "crrc-prod-lb" }
  tags               = ["environment:prod"]
  zone               = "fr-par-1"
  type               = "LB-S"
  private_network_id = "pn"
  records_ready      = ["record"]
  certificates = {
    portal          = { common_name = "portail.exemple.fr", alternative_names = ["bretagne.exemple.fr"] }
    tenant-bretagne = { common_name = "cyber.bretagne.example", alternative_names = [] }
  }
}

run "certificates_and_redirection" {
  command = plan

  assert {
    condition     = length(scaleway_lb_certificate.main) == 2 && scaleway_lb_certificate.main["portal"].letsencrypt[0].subject_alternative_name == tolist(["bretagne.exemple.fr"])
    error_message = "One certificate for the portal, one for each tenant of another zone."
  }
  assert {
    condition     = startswith(scaleway_lb_certificate.main["portal"].name, "portal-")
    error_message = "A certificate's name changes with its hosts, so that the new one stands beside the old one."
  }
  assert {
    condition     = scaleway_lb_frontend.http.acl[0].action[0].redirect[0].target == "https" && scaleway_lb_frontend.http.inbound_port == 80
    error_message = "Port 80 only redirects."
  }
  assert {
    condition     = scaleway_lb_backend.nowhere.server_ips == null
    error_message = "Nothing is forwarded in clear."
  }
}

run "no_record_no_certificate" {
  command = plan
  variables {
    records_ready = []
  }
  expect_failures = [scaleway_lb_certificate.main]
}
