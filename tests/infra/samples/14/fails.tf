resource "scaleway_registry_namespace" "s47" {
  name      = "r"
  is_public = true
}
