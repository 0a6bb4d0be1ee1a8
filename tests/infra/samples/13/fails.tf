resource "scaleway_object_bucket" "s44" {
  name = "crrc-backups"
  versioning {
    enabled = true
  }
  lifecycle_rule {
    enabled = true
  }
  lifecycle {
    prevent_destroy = true
  }
}

resource "scaleway_object_bucket" "s45" {
  name                = "crrc-backups"
  object_lock_enabled = false
  versioning {
    enabled = true
  }
  lifecycle_rule {
    enabled = true
  }
  lifecycle {
    prevent_destroy = true
  }
}
