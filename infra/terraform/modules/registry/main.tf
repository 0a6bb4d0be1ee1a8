# Images of the portal. Private: the cluster pulls with a key of its own.

resource "scaleway_registry_namespace" "main" {
  name        = var.names.registry
  description = "Images of the CRRC portal"
  region      = var.region
  is_public   = false
}
