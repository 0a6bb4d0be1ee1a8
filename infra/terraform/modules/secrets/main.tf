# What the portal must know and nobody else. Values pass through Terraform and are never kept by it: they are ephemeral
# (not in a plan), then write-only (not in the state).

resource "scaleway_secret" "main" {
  for_each = var.versions

  name        = split("/", each.key)[1]
  path        = "/${var.prefix}/${split("/", each.key)[0]}"
  description = "CRRC portal, ${each.key}"
  region      = var.region
  protected   = true # cannot be removed until this says so
  tags        = var.tags
}

resource "scaleway_secret_version" "main" {
  for_each = var.versions

  secret_id       = scaleway_secret.main[each.key].id
  region          = var.region
  description     = "version ${each.value}"
  data_wo         = var.values[each.key]
  data_wo_version = each.value

  lifecycle {
    create_before_destroy = true # the new one is there before the old one goes
  }
}
