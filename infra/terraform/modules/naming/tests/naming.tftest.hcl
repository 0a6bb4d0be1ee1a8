variables {
  owner       = "gip-bretagne"
  environment = "prod"
}

run "names_say_what_and_which" {
  command = plan

  assert {
    condition     = output.names.database == "crrc-prod-postgresql" && output.names.vpc == "crrc-prod"
    error_message = "A resource is named project, environment, what it is."
  }
  assert {
    condition     = output.buckets.files == "gip-bretagne-crrc-prod-files"
    error_message = "A bucket says whose it is first."
  }
  assert {
    condition     = output.tag_map.environment == "prod" && output.tag_map["managed-by"] == "terraform"
    error_message = "The tags are the same as a list and as a map."
  }
  assert {
    condition     = length(distinct(values(output.names))) == length(output.names)
    error_message = "Two resources would have the same name."
  }
}

run "two_environments_share_no_name" {
  command = plan
  variables {
    environment = "dev"
  }

  assert {
    condition     = length(setintersection(values(output.buckets), ["gip-bretagne-crrc-prod-files", "gip-bretagne-crrc-prod-backups"])) == 0
    error_message = "dev and prod would write to the same bucket."
  }
}

run "the_longest_names_still_fit" {
  command = plan
  variables {
    owner       = "abcdefghijklmnopqrstuvwx"
    project     = "abcdefghijkl"
    environment = "abcdefghijkl"
  }

  assert {
    condition     = alltrue([for name in values(output.buckets) : length(name) <= 63])
    error_message = "A bucket's name must fit in 63 characters."
  }
}

run "an_owner_with_accents_is_refused" {
  command = plan
  variables {
    owner = "île-de-france"
  }
  expect_failures = [var.owner]
}

run "an_owner_with_two_hyphens_is_refused" {
  command = plan
  variables {
    owner = "gip--bretagne"
  }
  expect_failures = [var.owner]
}

run "an_environment_with_capitals_is_refused" {
  command = plan
  variables {
    environment = "Prod"
  }
  expect_failures = [var.environment]
}

run "a_project_of_one_letter_is_refused" {
  command = plan
  variables {
    project = "c"
  }
  expect_failures = [var.project]
}
