# PostgreSQL: encrypted, backed up, on the private network alone.
#
# The database and its roles (crrc_owner, crrc_app, crrc_relay) are made by the portal's own command, as
# this administrator (README.md, « First day »): the wall between tenants rests on what each role may do, and on
# PostgreSQL 16 and newer only the role that made another one may settle it. Users made by the provider's API would be
# out of its reach.

resource "scaleway_rdb_instance" "main" {
  name      = var.names.database
  engine    = var.engine
  node_type = var.size.node_type
  region    = var.region
  tags      = var.tags

  is_ha_cluster      = var.size.high_availability
  volume_type        = "sbs_15k"
  volume_size_in_gb  = var.size.volume_gb
  encryption_at_rest = true

  # The provider's own backups. Ours (`crrc backup`) leave the region and are sealed: they do not replace one another.
  disable_backup            = false
  backup_schedule_frequency = 24
  backup_schedule_retention = var.size.backup_days
  backup_same_region        = false

  user_name           = "crrc_admin"
  password_wo         = var.password
  password_wo_version = var.password_version

  settings = var.settings

  # Only this endpoint: without a `load_balancer` block there is no public one.
  private_network {
    pn_id       = var.private_network_id
    enable_ipam = true
  }

  # A new major version is a blue and green upgrade by the provider, on a day that is chosen: without
  # `allow_major_version_upgrade`, a plan that changes `engine` is refused. See README.md.
  lifecycle {
    prevent_destroy = true
  }
}

# Exports and previews read here, and submissions are not slowed.
resource "scaleway_rdb_read_replica" "main" {
  count = var.size.read_replica ? 1 : 0

  instance_id = scaleway_rdb_instance.main.id
  region      = var.region
  same_zone   = false

  private_network {
    private_network_id = var.private_network_id
    enable_ipam        = true
  }
}
