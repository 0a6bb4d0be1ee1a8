resource "scaleway_rdb_instance" "written" {
  node_type           = "DB-DEV-S"
  password_wo         = var.password
  password_wo_version = 1
}

resource "scaleway_rdb_user" "written" {
  instance_id         = "i"
  name                = "n"
  password_wo         = var.password
  password_wo_version = 1
}

resource "scaleway_redis_cluster" "written" {
  version             = "7.2.11"
  password_wo         = var.password
  password_wo_version = 1
}
