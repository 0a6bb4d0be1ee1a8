# The one address that people reach, and its certificates. They belong to Terraform so that they outlive the cluster.
#
# The frontend on 443 and its backend do not: nodes come and go (autoscaling, upgrades replace them all), and the
# provider's controller inside the cluster follows them. It is told to use this load balancer and these certificates by
# the annotations in `service_annotations`, which the chart puts on its service.

resource "scaleway_lb_ip" "v4" {
  zone = var.zone
  tags = var.tags
}

resource "scaleway_lb_ip" "v6" {
  zone    = var.zone
  is_ipv6 = true
  tags    = var.tags
}

resource "scaleway_lb" "main" {
  name                    = var.names.load_balancer
  type                    = var.type
  zone                    = var.zone
  ip_ids                  = [scaleway_lb_ip.v4.id, scaleway_lb_ip.v6.id]
  ssl_compatibility_level = "ssl_compatibility_level_modern"
  tags                    = var.tags

  private_network {
    private_network_id = var.private_network_id
  }

  lifecycle {
    prevent_destroy = true
  }
}

# Port 80 answers by a redirection only. Its backend has no server: nothing is ever forwarded in clear.
resource "scaleway_lb_backend" "nowhere" {
  lb_id            = scaleway_lb.main.id
  name             = "nowhere"
  forward_protocol = "http"
  forward_port     = 8080
}

resource "scaleway_lb_frontend" "http" {
  lb_id        = scaleway_lb.main.id
  backend_id   = scaleway_lb_backend.nowhere.id
  name         = "http-to-https"
  inbound_port = 80

  acl {
    name = "to-https"

    action {
      type = "redirect"

      redirect {
        type   = "scheme"
        target = "https"
        code   = 308
      }
    }

    match {
      http_filter       = "path_begin"
      http_filter_value = ["/"]
    }
  }
}

# A certificate cannot be changed: the new one is there before the old one goes. The authority looks each name up first,
# so the records must exist (`records_ready`).
resource "scaleway_lb_certificate" "main" {
  for_each = var.certificates

  lb_id = scaleway_lb.main.id
  name  = "${each.key}-${substr(sha256(join(",", concat([each.value.common_name], each.value.alternative_names))), 0, 8)}"

  letsencrypt {
    common_name              = each.value.common_name
    subject_alternative_name = each.value.alternative_names
  }

  lifecycle {
    create_before_destroy = true

    precondition {
      condition     = length(var.records_ready) > 0
      error_message = "The DNS records come before the certificates."
    }
  }
}
