resource "scaleway_rdb_instance" "s96" {
  tags                      = ["environment:prod"]
  is_ha_cluster             = true
  encryption_at_rest        = true
  disable_backup            = false
  backup_schedule_frequency = 24
  backup_same_region        = false
  password_wo               = var.password
  password_wo_version       = 1
}

resource "scaleway_object_bucket" "s97" {
  name = "crrc-files"
}

resource "scaleway_lb" "s98" {
  type = "LB-S"
}

resource "scaleway_k8s_cluster" "s99" {
  name                        = "k"
  version                     = "1.33"
  cni                         = "cilium"
  delete_additional_resources = false
}
