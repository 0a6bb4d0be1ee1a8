resource "scaleway_object_bucket" "s23" {
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
