resource "scaleway_object_bucket_server_side_encryption_configuration" "s37" {
  bucket = "b"
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "none"
    }
  }
}

resource "scaleway_object_bucket_server_side_encryption_configuration" "s38" {
  bucket = "b"
}
