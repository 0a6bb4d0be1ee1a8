resource "scaleway_iam_application" "s83" {
  name = "a"
}
