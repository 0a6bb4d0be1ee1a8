# The provider is mocked: nothing is reached. With the real plugin installed, these run as they are.
mock_provider "scaleway" {}

variables {
  owner                    = "gip-exemple"
  environment              = "prod"
  project_id               = "00000000-0000-4000-8000-000000000000"
  resilient                = true
  backup_region            = "nl-ams"
  regions                  = 1
  establishments           = 2500
  dns_zone                 = "exemple.fr"
  host                     = "portail.exemple.fr"
  mail_domain              = "mail.exemple.fr"
  administrators           = ["user_id:00000000-0000-4000-8000-000000000001"]
  administration_addresses = ["192.0.2.7/32"]
  alert_addresses          = ["astreinte@exemple.fr"]
  secrets = {
    database_admin = "Aa1!aaaaaaaaaaaaaaaaaaaaaaaa"
    database_owner = "Aa1!aaaaaaaaaaaaaaaaaaaaaaaa"
    database_app   = "Aa1!aaaaaaaaaaaaaaaaaaaaaaaa"
    redis          = "Aa1!aaaaaaaaaaaaaaaaaaaaaaaa"
    signing_key    = "pem"
    secrets_keys   = "fernet"
    metrics_token  = "token"
  }
}

run "the_first_day" {
  command = plan

  assert {
    condition     = !contains(keys(local.versions), "portal/CRRC_SMTP_URL") && contains(keys(local.versions), "portal/CRRC_DATABASE_URL")
    error_message = "The applications' keys are not there on the first day."
  }
  assert {
    condition     = !contains(keys(local.versions), "portal/CRRC_DATABASE_REPLICA_URL")
    error_message = "One region has no read replica."
  }
  assert {
    condition     = output.helm_values.settings.CRRC_BACKUP_URL == "s3://gip-exemple-crrc-prod-backups/crrc?endpoint=https://s3.nl-ams.scw.cloud&region=nl-ams"
    error_message = "Backups are in their own region."
  }
}

run "the_country_with_its_keys" {
  command = plan
  variables {
    regions         = 18
    establishments  = 35000
    secret_versions = { api_keys = 1, database = 2 }
  }

  assert {
    condition     = local.versions["portal/CRRC_SMTP_URL"] == 1 && local.versions["portal/CRRC_DATABASE_REPLICA_URL"] == 2
    error_message = "Several regions have a read replica; a changed password is written again everywhere it is."
  }
  assert {
    condition     = length(setsubtract(keys(local.versions), nonsensitive(keys(local.values)))) == 0
    error_message = "A secret would have no value."
  }
}

run "a_short_password_is_refused" {
  command = plan
  variables {
    secrets = {
      database_admin = "short"
      database_owner = "Aa1!aaaaaaaaaaaaaaaaaaaaaaaa"
      database_app   = "Aa1!aaaaaaaaaaaaaaaaaaaaaaaa"
      redis          = "Aa1!aaaaaaaaaaaaaaaaaaaaaaaa"
      signing_key    = "pem"
      secrets_keys   = "fernet"
      metrics_token  = "token"
    }
  }
  expect_failures = [var.secrets]
}

run "zones_of_another_region_are_refused" {
  command = plan
  variables {
    availability_zones = ["nl-ams-1", "nl-ams-2"]
  }
  expect_failures = [var.availability_zones]
}
