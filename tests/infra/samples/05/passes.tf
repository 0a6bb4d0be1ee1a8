resource "scaleway_redis_cluster" "s15" {
  tags         = ["environment:prod"]
  cluster_size = 2
  tls_enabled  = true
  password_wo  = var.password
  private_network {
    id = "pn"
  }
}
