mock_provider "scaleway" {}

variables {
  bucket           = "gip-exemple-crrc-prod-files"
  tag_map          = { environment = "prod" }
  region           = "fr-par"
  application_id   = "00000000-0000-4000-8000-000000000001"
  backup_writer_id = "00000000-0000-4000-8000-000000000002"
  administrators   = ["user_id:00000000-0000-4000-8000-000000000003"]
}

run "who_may_come_in" {
  command = plan

  assert {
    condition     = jsondecode(scaleway_object_bucket_policy.files.policy).Statement[0].Principal.SCW == ["user_id:00000000-0000-4000-8000-000000000003"]
    error_message = "The administrators keep the bucket's settings."
  }
  assert {
    condition     = length([for each in jsondecode(scaleway_object_bucket_policy.files.policy).Statement : each if contains(each.Action, "s3:DeleteObject")]) == 1
    error_message = "The portal alone removes objects (and the administrators, by s3:*)."
  }
  assert {
    condition     = output.storage_url == "s3://gip-exemple-crrc-prod-files/files?endpoint=https://s3.fr-par.scw.cloud&region=fr-par"
    error_message = "The address is the one that the portal reads (docs/scale.md)."
  }
}

run "nobody_to_keep_it_is_refused" {
  command = plan
  variables {
    administrators = []
  }
  expect_failures = [var.administrators]
}

run "erasure_in_the_month" {
  command = plan
  variables {
    old_version_days = 90
  }
  expect_failures = [var.old_version_days]
}
