# Who the machines are. Two applications that may do little; their keys are made by hand (README.md), because a key made
# by Terraform would stay readable in its state.

resource "scaleway_iam_application" "portal" {
  name        = var.names.application
  description = "Web, workers and scheduler of the CRRC portal"
  tags        = var.tags
}

resource "scaleway_iam_policy" "portal" {
  name           = var.names.application
  description    = "Reads and writes objects, sends mail, pulls images, reads secrets, writes metrics and logs"
  application_id = scaleway_iam_application.portal.id
  tags           = var.tags

  rule {
    project_ids = [var.project_id]
    permission_set_names = [
      "ContainerRegistryReadOnly",
      "ObjectStorageBucketsRead",
      "ObjectStorageObjectsDelete",
      "ObjectStorageObjectsRead",
      "ObjectStorageObjectsWrite",
      "SecretManagerReadOnly",
      "SecretManagerSecretAccess",
      "TransactionalEmailEmailSmtpCreate",
    ]
  }
}

resource "scaleway_iam_application" "backup_writer" {
  name        = var.names.backup_writer
  description = "Writes backups and reads them back; removes nothing"
  tags        = var.tags
}

resource "scaleway_iam_policy" "backup_writer" {
  name           = var.names.backup_writer
  description    = "Writes and reads objects, removes none"
  application_id = scaleway_iam_application.backup_writer.id
  tags           = var.tags

  rule {
    project_ids          = [var.project_id]
    permission_set_names = ["ObjectStorageBucketsRead", "ObjectStorageObjectsRead", "ObjectStorageObjectsWrite"]
  }
}
