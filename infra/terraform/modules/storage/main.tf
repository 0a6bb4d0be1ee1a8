# Files that people give and documents that the portal makes. Private, encrypted, and what is overwritten or removed can
# be had back for a while. Not locked: rights of people (erasure) and purges must be able to remove for good.

resource "scaleway_object_bucket" "files" {
  name          = var.bucket
  region        = var.region
  force_destroy = false
  tags          = var.tag_map

  versioning {
    enabled = true
  }

  lifecycle_rule {
    id      = "old-versions-go"
    enabled = true

    noncurrent_version_expiration {
      noncurrent_days = var.old_version_days
    }
  }

  lifecycle_rule {
    id                                     = "unfinished-uploads-go"
    enabled                                = true
    abort_incomplete_multipart_upload_days = 2
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "scaleway_object_bucket_acl" "files" {
  bucket = scaleway_object_bucket.files.id
  region = var.region
  acl    = "private"
}

resource "scaleway_object_bucket_server_side_encryption_configuration" "files" {
  bucket = scaleway_object_bucket.files.name
  region = var.region

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

# Whoever is not named here is refused, whatever rights they have on the project. The administrators come first: a
# bucket policy that forgets them locks everybody out of the bucket's settings.
resource "scaleway_object_bucket_policy" "files" {
  bucket = scaleway_object_bucket.files.name
  region = var.region

  policy = jsonencode({
    Version = "2023-04-17"
    Id      = "files"
    Statement = [
      {
        Sid       = "Administrators"
        Effect    = "Allow"
        Principal = { SCW = var.administrators }
        Action    = ["s3:*"]
        Resource  = [scaleway_object_bucket.files.name, "${scaleway_object_bucket.files.name}/*"]
      },
      {
        Sid       = "Portal"
        Effect    = "Allow"
        Principal = { SCW = ["application_id:${var.application_id}"] }
        Action    = ["s3:ListBucket", "s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"]
        Resource  = [scaleway_object_bucket.files.name, "${scaleway_object_bucket.files.name}/*"]
      },
      {
        # A backup holds the files too.
        Sid       = "Backups"
        Effect    = "Allow"
        Principal = { SCW = ["application_id:${var.backup_writer_id}"] }
        Action    = ["s3:ListBucket", "s3:GetObject"]
        Resource  = [scaleway_object_bucket.files.name, "${scaleway_object_bucket.files.name}/*"]
      },
    ]
  })
}
