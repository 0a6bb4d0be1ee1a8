resource "scaleway_object_bucket_acl" "s33" {
  bucket = "b"
  acl    = "private"
}
