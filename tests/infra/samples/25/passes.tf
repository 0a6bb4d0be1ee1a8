resource "scaleway_iam_policy" "s88" {
  application_id = "a"
  rule {
    project_ids          = ["p"]
    permission_set_names = ["ObjectStorageObjectsRead", "TransactionalEmailEmailSmtpCreate"]
  }
}
