resource "scaleway_rdb_instance" "s5" {
  tags                      = ["environment:prod"]
  is_ha_cluster             = true
  encryption_at_rest        = true
  disable_backup            = true
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

resource "scaleway_rdb_instance" "s6" {
  tags                = ["environment:prod"]
  is_ha_cluster       = true
  encryption_at_rest  = true
  disable_backup      = false
  backup_same_region  = false
  password_wo         = var.password
  password_wo_version = 1
  private_network {
    pn_id       = "pn"
    enable_ipam = true
  }
  lifecycle {
    prevent_destroy = true
  }
}

resource "scaleway_rdb_instance" "s7" {
  tags                      = ["environment:prod"]
  is_ha_cluster             = true
  encryption_at_rest        = true
  disable_backup            = false
  backup_schedule_frequency = 24
  backup_same_region        = true
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
