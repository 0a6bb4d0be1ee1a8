mock_provider "scaleway" {}

variables {
  bucket         = "gip-exemple-crrc-prod-backups"
  tag_map        = { environment = "prod" }
  region         = "nl-ams"
  application_id = "00000000-0000-4000-8000-000000000002"
  administrators = ["user_id:00000000-0000-4000-8000-000000000003"]
  lock_days      = 30
}

run "locked" {
  command = plan

  assert {
    condition     = scaleway_object_bucket.backups.object_lock_enabled && scaleway_object_bucket_lock_configuration.backups.rule[0].default_retention[0].days == 30
    error_message = "A backup cannot be removed for thirty days."
  }
  assert {
    condition     = !can(regex("DeleteObject", scaleway_object_bucket_policy.backups.policy))
    error_message = "Who writes backups removes none."
  }
  assert {
    condition     = scaleway_object_bucket.backups.lifecycle_rule[0].expiration[0].days > scaleway_object_bucket_lock_configuration.backups.rule[0].default_retention[0].days
    error_message = "A backup would be asked to go while it is locked."
  }
}

run "a_day_is_refused" {
  command = plan
  variables {
    lock_days = 1
  }
  expect_failures = [var.lock_days]
}

run "another_lock_is_refused" {
  command = plan
  variables {
    lock_mode = "NONE"
  }
  expect_failures = [var.lock_mode]
}
