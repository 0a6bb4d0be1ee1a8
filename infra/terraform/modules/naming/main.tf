# Every name in one place. No provider: `terraform test` runs it as it is.

terraform {
  required_version = ">= 1.11"
}

locals {
  prefix = "${var.project}-${var.environment}"

  # Bucket names are shared by every customer of the provider: whose it is makes ours ours.
  bucket_prefix = "${var.owner}-${local.prefix}"

  names = {
    vpc             = local.prefix
    private_network = "${local.prefix}-private"
    gateway         = "${local.prefix}-gateway"
    database        = "${local.prefix}-postgresql"
    redis           = "${local.prefix}-redis"
    registry        = local.bucket_prefix # shared by every customer too
    cluster         = "${local.prefix}-kapsule"
    load_balancer   = "${local.prefix}-lb"
    application     = "${local.prefix}-portal"
    backup_writer   = "${local.prefix}-backup-writer"
    metrics         = "${local.prefix}-metrics"
    logs            = "${local.prefix}-logs"
    traces          = "${local.prefix}-traces"
  }

  buckets = {
    files   = "${local.bucket_prefix}-files"
    backups = "${local.bucket_prefix}-backups"
  }

  tags = ["project:${var.project}", "environment:${var.environment}", "owner:${var.owner}", "managed-by:terraform"]
}
