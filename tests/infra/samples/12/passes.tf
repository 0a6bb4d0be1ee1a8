resource "scaleway_object_bucket_policy" "s39" {
  bucket = "b"
  policy = jsonencode({
    Version   = "2023-04-17"
    Statement = [{ Effect = "Allow", Principal = { SCW = ["application_id:1"] }, Action = ["s3:GetObject"], Resource = ["b/*"] }]
  })
}
