resource "scaleway_object_bucket_acl" "s34" {
  bucket = "b"
  acl    = "public-read"
}

resource "scaleway_object_bucket_acl" "s35" {
  bucket = "b"
}
