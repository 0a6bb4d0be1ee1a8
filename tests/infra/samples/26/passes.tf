resource "scaleway_rdb_instance" "s92" {
  tags                      = ["environment:prod"]
  is_ha_cluster             = true
  encryption_at_rest        = true
  disable_backup            = false
  backup_schedule_frequency = 24
  backup_same_region        = false
  password_wo               = var.password
  password_wo_version       = 1
  private_network {
    pn_id       = "pn"
    enable_ipam = true
  }
  lifecycle {
    prevent_destroy = true
  }
}

resource "scaleway_object_bucket" "s93" {
  name = "crrc-files"
  versioning {
    enabled = true
  }
  lifecycle_rule {
    enabled = true
  }
  lifecycle {
    prevent_destroy = true
  }
}

resource "scaleway_k8s_cluster" "s94" {
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

resource "scaleway_lb" "s95" {
  type                    = "LB-S"
  ssl_compatibility_level = "ssl_compatibility_level_modern"
  private_network {
    private_network_id = "pn"
  }
  lifecycle {
    prevent_destroy = true
  }
}
