resource "scaleway_k8s_cluster" "kept17" {
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

resource "scaleway_k8s_acl" "kept17" {
  cluster_id = scaleway_k8s_cluster.kept17.id
  acl_rules {
    ip = "192.0.2.7/32"
  }
}
