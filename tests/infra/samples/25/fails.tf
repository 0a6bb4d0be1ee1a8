resource "scaleway_iam_policy" "s89" {
  application_id = "a"
  rule {
    permission_set_names = ["ObjectStorageObjectsRead", "AllProductsFullAccess"]
  }
}

resource "scaleway_iam_policy" "s90" {
  application_id = "a"
  rule {
    permission_set_names = ["IAMManager"]
  }
}

resource "scaleway_iam_policy" "s91" {
  application_id = "a"
  rule {
    organization_id      = "o"
    permission_set_names = ["ObjectStorageObjectsRead"]
  }
}
