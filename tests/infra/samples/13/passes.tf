resource "scaleway_object_bucket" "s42" {
  name                = "crrc-backups"
  object_lock_enabled = true
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

resource "scaleway_object_bucket" "s43" {
  name = "crrc-files"
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
