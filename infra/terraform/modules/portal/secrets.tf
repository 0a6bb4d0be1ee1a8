# The settings of the portal that hold a password, composed here so that nobody types an address twice. Everything in
# `values` is ephemeral: it goes to Secret Manager, and neither to the plan nor to the state.

locals {
  # The authorities that sign the servers' certificates are mounted there by the chart.
  database_options = "sslmode=verify-ca&sslrootcert=/etc/crrc/authorities/postgresql.pem"
  redis_options    = "ssl_ca_certs=/etc/crrc/authorities/redis.pem"
  database         = module.database.address
  api_keys         = var.secret_versions.api_keys > 0

  versions = merge(
    {
      "setup/SUPERUSER_URL"             = var.secret_versions.database
      "setup/OWNER_PASSWORD"            = var.secret_versions.database
      "setup/APP_PASSWORD"              = var.secret_versions.database
      "portal/CRRC_DATABASE_URL"        = var.secret_versions.database
      "portal/CRRC_DATABASE_OWNER_URL"  = var.secret_versions.database
      "backup/CRRC_DATABASE_BACKUP_URL" = var.secret_versions.database
      "portal/CRRC_REDIS_URL"           = var.secret_versions.redis
      "portal/CRRC_SECRETS_KEYS"        = var.secret_versions.keys
      "portal/signing.pem"              = var.secret_versions.keys
      "portal/CRRC_METRICS_TOKEN"       = var.secret_versions.metrics
    },
    module.sizing.database.read_replica ? { "portal/CRRC_DATABASE_REPLICA_URL" = var.secret_versions.database } : {},
    # The keys of the applications that this makes: they exist only after a first `apply`.
    local.api_keys ? {
      "portal/CRRC_SMTP_URL"      = var.secret_versions.api_keys
      "portal/CRRC_S3_ACCESS_KEY" = var.secret_versions.api_keys
      "portal/CRRC_S3_SECRET_KEY" = var.secret_versions.api_keys
      "backup/CRRC_S3_ACCESS_KEY" = var.secret_versions.api_keys
      "backup/CRRC_S3_SECRET_KEY" = var.secret_versions.api_keys
    } : {},
  )

  values = {
    "setup/SUPERUSER_URL"              = "postgresql://crrc_admin:${urlencode(var.secrets.database_admin)}@${local.database}/rdb?${local.database_options}"
    "setup/OWNER_PASSWORD"             = var.secrets.database_owner
    "setup/APP_PASSWORD"               = var.secrets.database_app
    "portal/CRRC_DATABASE_URL"         = "postgresql+psycopg://crrc_app:${urlencode(var.secrets.database_app)}@${local.database}/crrc?${local.database_options}"
    "portal/CRRC_DATABASE_OWNER_URL"   = "postgresql+psycopg://crrc_owner:${urlencode(var.secrets.database_owner)}@${local.database}/crrc?${local.database_options}"
    "portal/CRRC_DATABASE_REPLICA_URL" = "postgresql+psycopg://crrc_app:${urlencode(var.secrets.database_app)}@${module.database.replica_address == null ? local.database : module.database.replica_address}/crrc?${local.database_options}"
    # The provider lends no role that walks around row-level security: the owner, which it does not bind, reads every row
    # (docs/adr/0019).
    "backup/CRRC_DATABASE_BACKUP_URL" = "postgresql+psycopg://crrc_owner:${urlencode(var.secrets.database_owner)}@${local.database}/crrc?${local.database_options}"
    "portal/CRRC_REDIS_URL"           = "rediss://crrc:${urlencode(var.secrets.redis)}@${module.redis.host}:6379/0?${local.redis_options}"
    "portal/CRRC_SECRETS_KEYS"        = var.secrets.secrets_keys
    "portal/signing.pem"              = var.secrets.signing_key
    "portal/CRRC_METRICS_TOKEN"       = var.secrets.metrics_token
    "portal/CRRC_SMTP_URL"            = "smtps://${module.mail.smtp_user}:${urlencode(var.secrets.portal_secret_key)}@${module.mail.smtp_address}"
    "portal/CRRC_S3_ACCESS_KEY"       = var.secrets.portal_access_key
    "portal/CRRC_S3_SECRET_KEY"       = var.secrets.portal_secret_key
    "backup/CRRC_S3_ACCESS_KEY"       = var.secrets.backup_access_key
    "backup/CRRC_S3_SECRET_KEY"       = var.secrets.backup_secret_key
  }
}

module "secrets" {
  source = "../secrets"

  prefix   = module.naming.prefix
  tags     = module.naming.tags
  region   = var.region
  versions = local.versions
  values   = local.values
}
