resource "scaleway_secret_version" "written" {
  secret_id       = "s"
  data_wo         = var.password
  data_wo_version = 1
}
