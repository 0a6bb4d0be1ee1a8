# The whole portal: both environments are this module, with other figures. Decisions are in the modules without a
# provider (naming, sizing, domains), which are tested; the others only carry them out.

module "naming" {
  source = "../naming"

  owner       = var.owner
  environment = var.environment
}

module "sizing" {
  source = "../sizing"

  regions              = var.regions
  establishments       = var.establishments
  last_evening_share   = var.last_evening_share
  submissions_per_core = var.submissions_per_core
  resilient            = var.resilient
  zones                = var.availability_zones
}

module "domains" {
  source = "../domains"

  zone    = var.dns_zone
  host    = var.host
  tenants = var.tenants
}

module "network" {
  source = "../network"

  names        = module.naming.names
  tags         = module.naming.tags
  gateway_type = module.sizing.gateway_type
  subnet       = var.subnet
}

module "identity" {
  source = "../identity"

  names      = module.naming.names
  tags       = module.naming.tags
  project_id = var.project_id
}

module "database" {
  source = "../database"

  names              = module.naming.names
  tags               = module.naming.tags
  region             = var.region
  size               = module.sizing.database
  settings           = var.database_settings
  private_network_id = module.network.private_network_id
  password           = var.secrets.database_admin
  password_version   = var.secret_versions.database
}

module "redis" {
  source = "../redis"

  names              = module.naming.names
  tags               = module.naming.tags
  zone               = module.sizing.nodes.zones[0]
  size               = module.sizing.redis
  private_network_id = module.network.private_network_id
  password           = var.secrets.redis
  password_version   = var.secret_versions.redis
}

module "storage" {
  source = "../storage"

  bucket           = module.naming.buckets.files
  tag_map          = module.naming.tag_map
  region           = var.region
  application_id   = module.identity.portal_id
  backup_writer_id = module.identity.backup_writer_id
  administrators   = var.administrators
}

module "backups" {
  source = "../backups"

  bucket         = module.naming.buckets.backups
  tag_map        = module.naming.tag_map
  region         = var.backup_region
  application_id = module.identity.backup_writer_id
  administrators = var.administrators
  lock_days      = module.sizing.database.backup_days
  lock_mode      = var.backup_lock_mode
}

module "registry" {
  source = "../registry"

  names  = module.naming.names
  region = var.region
}

module "compute" {
  source = "../compute"

  names                    = module.naming.names
  tags                     = module.naming.tags
  region                   = var.region
  private_network_id       = module.network.private_network_id
  kubernetes_version       = var.kubernetes_version
  control_plane            = module.sizing.control_plane
  nodes                    = module.sizing.nodes
  administration_addresses = var.administration_addresses
}

module "load_balancer" {
  source = "../load_balancer"

  names              = module.naming.names
  tags               = module.naming.tags
  zone               = module.sizing.nodes.zones[0]
  type               = module.sizing.load_balancer_type
  private_network_id = module.network.private_network_id
  certificates       = module.domains.certificates
  records_ready      = module.dns.ready
}

module "dns" {
  source = "../dns"

  zone       = var.dns_zone
  records    = module.domains.records
  address_v4 = module.load_balancer.address_v4
  address_v6 = module.load_balancer.address_v6
}

module "mail" {
  source = "../mail"

  zone   = var.dns_zone
  domain = var.mail_domain
  dmarc  = var.dmarc
}

module "monitoring" {
  source = "../monitoring"

  names           = module.naming.names
  region          = var.region
  retention_days  = var.retention_days
  alert_addresses = var.alert_addresses
}
