resource "scaleway_registry_namespace" "s46" {
  name      = "r"
  is_public = false
}
