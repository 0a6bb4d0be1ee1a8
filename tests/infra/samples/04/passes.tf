resource "scaleway_rdb_instance" "s11" {
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

resource "scaleway_rdb_instance" "s12" {
  tags                      = ["environment:dev"]
  is_ha_cluster             = false
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
