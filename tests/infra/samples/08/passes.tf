resource "scaleway_object_bucket" "kept8" {
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

resource "scaleway_object_bucket_server_side_encryption_configuration" "kept8" {
  bucket = scaleway_object_bucket.kept8.name
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}
