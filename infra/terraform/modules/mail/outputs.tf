output "smtp_address" {
  description = "host:port for CRRC_SMTP_URL (smtps). The other port: 465 is closed to what leaves the provider's network."
  value       = "${scaleway_tem_domain.main.smtp_host}:${scaleway_tem_domain.main.smtps_port_alternative}"
}

output "smtp_user" {
  description = "User for CRRC_SMTP_URL. Its password is a key of the portal's application."
  value       = scaleway_tem_domain.main.smtps_auth_user
}

output "validated" {
  description = "Whether the provider found the records."
  value       = scaleway_tem_domain_validation.main.validated
}
