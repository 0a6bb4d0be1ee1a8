resource "scaleway_k8s_acl" "s60" {
  cluster_id = "k"
  acl_rules {
    ip = "192.0.2.7/32"
  }
}
