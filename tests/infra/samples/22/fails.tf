resource "scaleway_secret" "s74" {
  name = "s"
}

resource "scaleway_secret" "s75" {
  name      = "s"
  protected = false
}
