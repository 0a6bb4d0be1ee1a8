resource "scaleway_lb_certificate" "s100" {
  lb_id = "l"
  letsencrypt {
    common_name = "portail.example"
  }
}
