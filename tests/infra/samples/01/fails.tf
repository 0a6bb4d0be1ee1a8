resource "scaleway_rdb_instance" "s2" {
  tags                      = ["environment:prod"]
  is_ha_cluster             = true
  encryption_at_rest        = false
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

resource "scaleway_rdb_instance" "s3" {
  tags                      = ["environment:prod"]
  is_ha_cluster             = true
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
