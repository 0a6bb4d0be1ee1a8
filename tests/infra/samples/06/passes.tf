resource "scaleway_redis_cluster" "s19" {
  tags         = ["environment:prod"]
  cluster_size = 2
  tls_enabled  = true
  password_wo  = var.password
  private_network {
    id = "pn"
  }
}

resource "scaleway_redis_cluster" "s20" {
  tags         = ["environment:dev"]
  cluster_size = 1
  tls_enabled  = true
  password_wo  = var.password
  private_network {
    id = "pn"
  }
}
