output "bucket" {
  description = "The bucket of backups."
  value       = scaleway_object_bucket.backups.name
}

output "backup_url" {
  description = "Where `crrc backup create` writes."
  value       = "s3://${scaleway_object_bucket.backups.name}/crrc?endpoint=https://s3.${var.region}.scw.cloud&region=${var.region}"
}
