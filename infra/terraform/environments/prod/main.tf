# Where people work: everything stands twice, backups leave the region.

module "portal" {
  source = "../../modules/portal"

  environment   = "prod"
  resilient     = true
  backup_region = "nl-ams"

  owner                    = var.owner
  project_id               = var.project_id
  regions                  = var.regions
  establishments           = var.establishments
  dns_zone                 = var.dns_zone
  host                     = var.host
  mail_domain              = var.mail_domain
  tenants                  = var.tenants
  administrators           = var.administrators
  administration_addresses = var.administration_addresses
  alert_addresses          = var.alert_addresses
  secret_versions          = var.secret_versions
  secrets                  = var.secrets
}
