resource "scaleway_object_bucket" "kept9" {
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

resource "scaleway_object_bucket_policy" "kept9" {
  bucket = scaleway_object_bucket.kept9.name
  policy = "{}"
}
