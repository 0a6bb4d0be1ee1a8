resource "scaleway_redis_cluster" "s16" {
  tags         = ["environment:prod"]
  cluster_size = 2
  tls_enabled  = false
  password_wo  = var.password
  private_network {
    id = "pn"
  }
}

resource "scaleway_redis_cluster" "s17" {
  tags         = ["environment:prod"]
  cluster_size = 2
  tls_enabled  = true
  password_wo  = var.password
}

resource "scaleway_redis_cluster" "s18" {
  tags         = ["environment:prod"]
  cluster_size = 2
  tls_enabled  = true
  password_wo  = var.password
  acl {
    ip = "0.0.0.0/0"
  }
}
