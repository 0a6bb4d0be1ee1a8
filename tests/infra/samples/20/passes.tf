resource "scaleway_lb_frontend" "s67" {
  lb_id           = "l"
  backend_id      = "b"
  inbound_port    = 443
  certificate_ids = ["c"]
}

resource "scaleway_lb_frontend" "s68" {
  lb_id        = "l"
  backend_id   = "b"
  inbound_port = 80
  acl {
    action {
      type = "redirect"
    }
    match {}
  }
}
