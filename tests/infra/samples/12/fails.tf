resource "scaleway_object_bucket_policy" "s40" {
  bucket = "b"
  policy = jsonencode({
    Version   = "2023-04-17"
    Statement = [{ Effect = "Allow", Principal = { SCW = "*" }, Action = ["s3:GetObject"], Resource = ["b/*"] }]
  })
}

resource "scaleway_object_bucket_policy" "s41" {
  bucket = "b"
  policy = jsonencode({
    Version   = "2023-04-17"
    Statement = [{ Effect = "Allow", Principal = { SCW = ["*"] }, Action = ["s3:GetObject"], Resource = ["b/*"] }]
  })
}
