resource "scaleway_redis_cluster" "s21" {
  tags         = ["environment:prod"]
  cluster_size = 1
  tls_enabled  = true
  password_wo  = var.password
  private_network {
    id = "pn"
  }
}

resource "scaleway_redis_cluster" "s22" {
  tags         = ["environment:dev"]
  cluster_size = 3
  tls_enabled  = true
  password_wo  = var.password
  private_network {
    id = "pn"
  }
}
