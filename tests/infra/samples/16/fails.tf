resource "scaleway_k8s_pool" "s54" {
  cluster_id  = "k"
  node_type   = "PRO2-XXS"
  size        = 2
  autohealing = true
  upgrade_policy {
    max_surge       = 1
    max_unavailable = 0
  }
}

resource "scaleway_k8s_pool" "s55" {
  cluster_id         = "k"
  node_type          = "PRO2-XXS"
  size               = 2
  autohealing        = false
  public_ip_disabled = true
  upgrade_policy {
    max_surge       = 1
    max_unavailable = 0
  }
}

resource "scaleway_k8s_pool" "s56" {
  cluster_id         = "k"
  node_type          = "PRO2-XXS"
  size               = 2
  autohealing        = true
  public_ip_disabled = true
  upgrade_policy {
    max_surge       = 1
    max_unavailable = 1
  }
}
