resource "scaleway_lb" "s63" {
  type                    = "LB-S"
  ssl_compatibility_level = "ssl_compatibility_level_modern"
  private_network {
    private_network_id = "pn"
  }
  lifecycle {
    prevent_destroy = true
  }
}
