resource "scaleway_lb_certificate" "s101" {
  lb_id = "l"
  custom_certificate {
    certificate_chain = "chain"
  }
}
