variables {
  zone = "cyber.example"
  host = "portail.cyber.example"
}

run "the_portal_alone" {
  command = plan

  assert {
    condition     = join(",", keys(output.certificates)) == "portal" && output.certificates.portal.common_name == "portail.cyber.example"
    error_message = "Without tenants' hosts there is one certificate, the portal's."
  }
  assert {
    condition     = output.records == { "portail.cyber.example" = "portail" }
    error_message = "A record is named inside its zone."
  }
}

run "a_portal_at_the_zone_itself" {
  command = plan
  variables {
    host = "cyber.example"
  }

  assert {
    condition     = output.records["cyber.example"] == ""
    error_message = "The record of the zone itself has an empty name."
  }
}

run "a_tenant_inside_our_zone" {
  command = plan
  variables {
    tenants = { bretagne = { domain = "bretagne.cyber.example" }, normandie = { domain = "a.cyber.example" } }
  }

  assert {
    condition     = output.certificates.portal.alternative_names == tolist(["a.cyber.example", "bretagne.cyber.example"])
    error_message = "Hosts of our zone are in the portal's certificate, in order."
  }
  assert {
    condition     = output.records["bretagne.cyber.example"] == "bretagne" && length(output.asked_of_tenants) == 0
    error_message = "We write the records of our zone ourselves."
  }
}

run "a_zone_that_only_ends_alike_is_not_ours" {
  command = plan
  variables {
    tenants = { bretagne = { domain = "bretagne.notcyber.example", ready = true } }
  }

  assert {
    condition     = !contains(keys(output.records), "bretagne.notcyber.example") && output.asked_of_tenants["bretagne.notcyber.example"].tenant == "bretagne"
    error_message = "notcyber.example is not cyber.example."
  }
}

run "a_tenant_whose_dns_is_not_ready" {
  command = plan
  variables {
    tenants = { bretagne = { domain = "cyber.esante-bretagne.example", aliases = ["www.cyber.esante-bretagne.example"] } }
  }

  assert {
    condition     = join(",", keys(output.certificates)) == "portal"
    error_message = "No certificate is asked for a name that does not lead here."
  }
  assert {
    condition     = length(output.asked_of_tenants) == 2 && !output.asked_of_tenants["cyber.esante-bretagne.example"].ready
    error_message = "What the tenant must write is said."
  }
}

run "a_tenant_whose_dns_is_ready" {
  command = plan
  variables {
    tenants = {
      bretagne = { domain = "cyber.esante-bretagne.example", aliases = ["www.cyber.esante-bretagne.example", "bretagne.cyber.example"], ready = true }
      corse    = { domain = "crrc.corse.example" }
    }
  }

  assert {
    condition = output.certificates["tenant-bretagne"] == {
      common_name       = "cyber.esante-bretagne.example"
      alternative_names = tolist(["www.cyber.esante-bretagne.example"])
    }
    error_message = "A tenant's certificate holds its own names, not those of our zone."
  }
  assert {
    condition     = output.certificates.portal.alternative_names == tolist(["bretagne.cyber.example"])
    error_message = "An alias inside our zone goes with the portal."
  }
  assert {
    condition     = !contains(output.served, "crrc.corse.example")
    error_message = "Another tenant that is not ready stops nobody."
  }
}

run "more_hosts_than_one_certificate_holds" {
  command = plan
  variables {
    tenants = { for index in range(150) : format("tenant-%03d", index) => { domain = format("t%03d.cyber.example", index) } }
  }

  assert {
    condition     = length(output.certificates.portal.alternative_names) == 99 && length(output.certificates["portal-2"].alternative_names) == 50
    error_message = "A certificate holds a hundred names, its first one included."
  }
  assert {
    condition     = length(output.served) == 151 && length(distinct(output.served)) == 151
    error_message = "Every host is in one certificate, once."
  }
}

run "a_wildcard_is_refused" {
  command = plan
  variables {
    tenants = { bretagne = { domain = "*.bretagne.example" } }
  }
  expect_failures = [var.tenants]
}

run "an_address_with_a_scheme_is_refused" {
  command = plan
  variables {
    tenants = { bretagne = { domain = "https://bretagne.example" } }
  }
  expect_failures = [var.tenants]
}

run "one_host_for_two_tenants_is_refused" {
  command = plan
  variables {
    tenants = { bretagne = { domain = "cyber.example.fr" }, corse = { domain = "corse.example.fr", aliases = ["cyber.example.fr"] } }
  }
  expect_failures = [var.tenants]
}

run "the_portals_host_for_a_tenant_is_refused" {
  command = plan
  variables {
    tenants = { bretagne = { domain = "portail.cyber.example" } }
  }
  expect_failures = [var.tenants]
}

run "an_alias_without_a_domain_is_refused" {
  command = plan
  variables {
    tenants = { bretagne = { aliases = ["www.bretagne.example"] } }
  }
  expect_failures = [var.tenants]
}

run "a_host_outside_the_zone_is_refused" {
  command = plan
  variables {
    host = "portail.autre.example"
  }
  expect_failures = [var.host]
}

run "a_zone_with_accents_is_refused" {
  command = plan
  variables {
    zone = "santé.example"
    host = "portail.santé.example"
  }
  expect_failures = [var.zone]
}
