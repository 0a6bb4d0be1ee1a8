resource "scaleway_rdb_instance" "kept" {
  node_type = "DB-DEV-S"
  password  = var.password
}

resource "scaleway_rdb_user" "kept" {
  instance_id = "i"
  name        = "n"
  password    = var.password
}

resource "scaleway_redis_cluster" "kept" {
  version  = "7.2.11"
  password = "written here"
}

resource "scaleway_redis_cluster" "never_written_again" {
  version     = "7.2.11"
  password_wo = var.password
}
