output "image" {
  description = "The portal's image, without its tag."
  value       = "${scaleway_registry_namespace.main.endpoint}/crrc"
}
