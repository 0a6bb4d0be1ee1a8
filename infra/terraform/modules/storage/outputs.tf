output "bucket" {
  description = "The bucket of files."
  value       = scaleway_object_bucket.files.name
}

output "storage_url" {
  description = "CRRC_STORAGE_URL."
  value       = "s3://${scaleway_object_bucket.files.name}/files?endpoint=https://s3.${var.region}.scw.cloud&region=${var.region}"
}
