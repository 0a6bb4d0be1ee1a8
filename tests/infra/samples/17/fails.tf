resource "scaleway_k8s_cluster" "bare17" {
  name                        = "k"
  version                     = "1.33"
  cni                         = "cilium"
  private_network_id          = "pn"
  delete_additional_resources = false
  auto_upgrade {
    enable = true
  }
  lifecycle {
    prevent_destroy = true
  }
}
