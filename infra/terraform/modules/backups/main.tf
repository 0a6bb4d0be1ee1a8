# Where `crrc backup` writes, in another region: sealed before they leave (age), locked once they are there. Whoever
# takes the portal over can neither read them (the key is not on the servers) nor remove them (the lock).

resource "scaleway_object_bucket" "backups" {
  name                = var.bucket
  region              = var.region
  object_lock_enabled = true
  force_destroy       = false
  tags                = var.tag_map

  versioning {
    enabled = true
  }

  # Twice the lock: `crrc backup prune` decides before, this is for what it forgot.
  lifecycle_rule {
    id      = "old-backups-go"
    enabled = true

    expiration {
      days = 2 * var.lock_days
    }

    noncurrent_version_expiration {
      noncurrent_days = var.lock_days
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

resource "scaleway_object_bucket_lock_configuration" "backups" {
  bucket = scaleway_object_bucket.backups.id

  rule {
    default_retention {
      mode = var.lock_mode
      days = var.lock_days
    }
  }
}

resource "scaleway_object_bucket_acl" "backups" {
  bucket = scaleway_object_bucket.backups.id
  region = var.region
  acl    = "private"
}

resource "scaleway_object_bucket_server_side_encryption_configuration" "backups" {
  bucket = scaleway_object_bucket.backups.name
  region = var.region

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "scaleway_object_bucket_policy" "backups" {
  bucket = scaleway_object_bucket.backups.name
  region = var.region

  policy = jsonencode({
    Version = "2023-04-17"
    Id      = "backups"
    Statement = [
      {
        Sid       = "Administrators"
        Effect    = "Allow"
        Principal = { SCW = var.administrators }
        Action    = ["s3:*"]
        Resource  = [scaleway_object_bucket.backups.name, "${scaleway_object_bucket.backups.name}/*"]
      },
      {
        # Reading back is part of a backup (`crrc backup verify`); removing is not.
        Sid       = "Writer"
        Effect    = "Allow"
        Principal = { SCW = ["application_id:${var.application_id}"] }
        Action    = ["s3:ListBucket", "s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"]
        Resource  = [scaleway_object_bucket.backups.name, "${scaleway_object_bucket.backups.name}/*"]
      },
    ]
  })
}
