variables {
  regions        = 1
  establishments = 2500
  resilient      = true
}

run "one_region" {
  command = plan

  assert {
    condition     = output.class == "region" && output.database.node_type == "DB-PRO2-XXS"
    error_message = "One region is the smallest class."
  }
  assert {
    condition     = output.database.high_availability && output.redis.nodes == 2 && length(output.nodes.zones) == 2
    error_message = "Where people work, the database, Redis and the nodes stand twice."
  }
  assert {
    condition     = output.pods.web.least >= 2 && output.pods.workers.least >= 2
    error_message = "One pod may be lost, or replaced, at any moment."
  }
  assert {
    condition     = !output.database.read_replica
    error_message = "One region exports little: the standby is enough."
  }
  assert {
    condition     = output.control_plane == "kapsule"
    error_message = "One region is content with the shared control plane."
  }
  assert {
    condition     = output.database.backup_days == 30
    error_message = "Thirty days of backups."
  }
}

run "the_country" {
  command = plan
  variables {
    regions        = 18
    establishments = 35000
  }

  assert {
    condition     = output.class == "national" && output.database.node_type == "DB-PRO2-S" && output.load_balancer_type == "LB-GP-L"
    error_message = "Eighteen regions are the largest class."
  }
  assert {
    # 8,750 in ten minutes, 1,000 a core: nine pods, and one that may be lost.
    condition     = output.pods.web.least == 10 && output.pods.web.most >= 20
    error_message = "The web is sized by the last ten minutes."
  }
  assert {
    condition     = output.database.read_replica
    error_message = "Several regions export while others submit: a read replica."
  }
  assert {
    condition     = output.control_plane == "kapsule-dedicated-4"
    error_message = "Where the country rests on it, the control plane stands several times."
  }
  assert {
    condition     = output.database.volume_gb == 125 && output.database.volume_gb % 5 == 0
    error_message = "35,000 establishments keep about 125 GB in five years."
  }
  assert {
    condition     = output.redis.nodes < 3
    error_message = "Three nodes and more would shard Redis; the queue wants one."
  }
}

run "everybody_on_the_last_evening" {
  command = plan
  variables {
    regions            = 18
    establishments     = 60000
    last_evening_share = 1
  }

  assert {
    condition     = output.pods.web.least == 61
    error_message = "60,000 in ten minutes: sixty cores and a spare one."
  }
  assert {
    # A node gives 3.5 cores to pods.
    condition     = length(output.nodes.zones) * output.nodes.least * 3.5 >= output.pods.web.least + 0.5 * (output.pods.workers.least + 1)
    error_message = "The nodes that are always there must hold the pods that are always there."
  }
  assert {
    condition     = length(output.nodes.zones) * output.nodes.most * 3.5 >= output.pods.web.most + 0.5 * (output.pods.workers.most + 1)
    error_message = "At most, the nodes must hold the pods at most."
  }
}

run "a_slower_web_has_more_pods" {
  command = plan
  variables {
    regions              = 18
    establishments       = 35000
    submissions_per_core = 500
  }

  assert {
    condition     = output.pods.web.least == 19
    error_message = "8,750 in ten minutes at 500 a core: eighteen pods and a spare one."
  }
}

run "many_establishments_in_one_region" {
  command = plan
  variables {
    establishments = 3001
  }

  assert {
    condition     = output.class == "regions"
    error_message = "The class is the first that holds both the establishments and the regions."
  }
}

run "a_copy_to_try_things_on" {
  command = plan
  variables {
    resilient = false
  }

  assert {
    condition     = output.database.node_type == "DB-DEV-S" && !output.database.high_availability && output.redis.nodes == 1
    error_message = "A copy to try things on stands once."
  }
  assert {
    condition     = output.nodes.zones == tolist(["fr-par-1"]) && output.pods.web.least == 1
    error_message = "One zone and one pod are enough to try things on."
  }
  assert {
    condition     = output.monthly_euros.total < 200
    error_message = "A copy to try things on costs less than 200 euros a month."
  }
}

run "costs_add_up_and_grow" {
  command = plan
  variables {
    regions        = 18
    establishments = 35000
  }

  assert {
    condition     = output.monthly_euros.total > 1000 && output.monthly_euros.total < 3000
    error_message = "The country costs between one and three thousand euros a month."
  }
  assert {
    condition     = abs(output.monthly_euros.total - sum([for line, cost in output.monthly_euros : cost if line != "total"])) <= 8
    error_message = "The lines add up to the total, but for what was rounded."
  }
}

run "no_region_is_refused" {
  command = plan
  variables {
    regions = 0
  }
  expect_failures = [var.regions]
}

run "half_an_establishment_is_refused" {
  command = plan
  variables {
    establishments = 2.5
  }
  expect_failures = [var.establishments]
}

run "more_than_the_country_is_refused" {
  command = plan
  variables {
    establishments = 60001
  }
  expect_failures = [var.establishments]
}

run "more_than_everybody_is_refused" {
  command = plan
  variables {
    last_evening_share = 1.5
  }
  expect_failures = [var.last_evening_share]
}

run "one_zone_twice_is_refused" {
  command = plan
  variables {
    zones = ["fr-par-1", "fr-par-1"]
  }
  expect_failures = [var.zones]
}

run "a_web_that_takes_nothing_is_refused" {
  command = plan
  variables {
    submissions_per_core = 0
  }
  expect_failures = [var.submissions_per_core]
}
