resource "scaleway_k8s_pool" "s53" {
  cluster_id         = "k"
  node_type          = "PRO2-XXS"
  size               = 2
  autohealing        = true
  public_ip_disabled = true
  upgrade_policy {
    max_surge       = 1
    max_unavailable = 0
  }
}
