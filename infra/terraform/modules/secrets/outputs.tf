output "ids" {
  description = "The secrets, group/NAME: what to ask Secret Manager for."
  value       = { for name, secret in scaleway_secret.main : name => secret.id }
}
