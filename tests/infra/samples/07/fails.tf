resource "scaleway_object_bucket" "s24" {
  name = "crrc-files"
  lifecycle_rule {
    enabled = true
  }
}

resource "scaleway_object_bucket" "s25" {
  name          = "crrc-files"
  force_destroy = true
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

resource "scaleway_object_bucket" "s26" {
  name = "crrc-files"
  versioning {
    enabled = false
  }
  lifecycle_rule {
    enabled = true
  }
}
