resource "scaleway_secret" "s73" {
  name      = "s"
  protected = true
}
