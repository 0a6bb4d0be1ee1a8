resource "scaleway_lb" "s64" {
  type                    = "LB-S"
  ssl_compatibility_level = "ssl_compatibility_level_old"
  private_network {
    private_network_id = "pn"
  }
  lifecycle {
    prevent_destroy = true
  }
}

resource "scaleway_lb" "s65" {
  type = "LB-S"
  private_network {
    private_network_id = "pn"
  }
  lifecycle {
    prevent_destroy = true
  }
}

resource "scaleway_lb" "s66" {
  type                    = "LB-S"
  ssl_compatibility_level = "ssl_compatibility_level_modern"
}
