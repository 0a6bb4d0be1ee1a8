resource "scaleway_k8s_acl" "s61" {
  cluster_id = "k"
  acl_rules {
    ip = "0.0.0.0/0"
  }
}

resource "scaleway_k8s_acl" "s62" {
  cluster_id = "k"
  acl_rules {
    scaleway_ranges = true
  }
}
