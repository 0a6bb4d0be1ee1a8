resource "scaleway_lb_frontend" "s69" {
  lb_id        = "l"
  backend_id   = "b"
  inbound_port = 80
}

resource "scaleway_lb_frontend" "s70" {
  lb_id        = "l"
  backend_id   = "b"
  inbound_port = 80
  acl {
    action {
      type = "allow"
    }
    match {}
  }
}
