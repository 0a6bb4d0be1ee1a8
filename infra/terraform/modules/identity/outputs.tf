output "portal_id" {
  description = "The portal's application."
  value       = scaleway_iam_application.portal.id
}

output "backup_writer_id" {
  description = "The application that writes backups."
  value       = scaleway_iam_application.backup_writer.id
}
