resource "scaleway_object_bucket_server_side_encryption_configuration" "s36" {
  bucket = "b"
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}
