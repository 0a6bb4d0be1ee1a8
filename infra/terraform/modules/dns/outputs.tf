output "ready" {
  description = "Identifiers of the records, for those who wait for them."
  value       = concat([for each in scaleway_domain_record.v4 : each.id], [for each in scaleway_domain_record.v6 : each.id])
}
