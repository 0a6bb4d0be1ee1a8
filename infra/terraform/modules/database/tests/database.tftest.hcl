mock_provider "scaleway" {
  mock_resource "scaleway_rdb_instance" {
    defaults = { private_network = [{ ip = "172.16.8.3", port = 5432, pn_id = "pn" }] }
  }
}

variables {
  names              = { database = "crrc-prod-postgresql" }
  tags               = ["environment:prod"]
  region             = "fr-par"
  size               = { node_type = "DB-PRO2-XXS", volume_gb = 30, high_availability = true, read_replica = false, backup_days = 30 }
  private_network_id = "pn"
  password           = "Aa1!aaaaaaaaaaaaaaaaaaaaaaaa"
  password_version   = 3
}

run "where_people_work" {
  command = plan

  assert {
    condition     = scaleway_rdb_instance.main.is_ha_cluster && scaleway_rdb_instance.main.encryption_at_rest && !scaleway_rdb_instance.main.disable_backup
    error_message = "Twice, encrypted, backed up."
  }
  assert {
    condition     = length(scaleway_rdb_instance.main.load_balancer) == 0 && length(scaleway_rdb_instance.main.private_network) == 1
    error_message = "No public address."
  }
  assert {
    condition     = scaleway_rdb_instance.main.password_wo_version == 3 && scaleway_rdb_instance.main.password == null
    error_message = "The password is write-only, and written again when its version is raised."
  }
  assert {
    condition     = length(scaleway_rdb_read_replica.main) == 0
    error_message = "No read replica unless it is asked for."
  }
}

run "with_a_read_replica" {
  command = plan
  variables {
    size = { node_type = "DB-PRO2-S", volume_gb = 125, high_availability = true, read_replica = true, backup_days = 30 }
  }

  assert {
    condition     = length(scaleway_rdb_read_replica.main) == 1 && !scaleway_rdb_read_replica.main[0].same_zone
    error_message = "The replica is in another zone."
  }
}

run "three_days_of_backups_are_refused" {
  command = plan
  variables {
    size = { node_type = "DB-PRO2-XXS", volume_gb = 30, high_availability = true, read_replica = false, backup_days = 3 }
  }
  expect_failures = [var.size]
}
