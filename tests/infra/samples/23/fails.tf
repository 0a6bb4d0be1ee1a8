resource "scaleway_secret_version" "kept" {
  secret_id = "s"
  data      = var.password
}

resource "scaleway_secret_version" "never_written_again" {
  secret_id = "s"
  data_wo   = var.password
}
