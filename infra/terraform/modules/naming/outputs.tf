output "prefix" {
  description = "What every name begins by."
  value       = local.prefix
}

output "names" {
  description = "The name of each resource."
  value       = local.names
}

output "buckets" {
  description = "The name of each bucket: `files` and `backups`."
  value       = local.buckets

  precondition {
    # 63 is what S3 allows; 24 + 1 + 12 + 1 + 12 + 8 is 58.
    condition     = alltrue([for name in values(local.buckets) : length(name) <= 63])
    error_message = "A bucket's name is longer than 63 characters: choose a shorter owner."
  }
}

output "tags" {
  description = "The tags of each resource, as a list."
  value       = local.tags
}

output "tag_map" {
  description = "The same tags as a map, as buckets want them."
  value       = { for tag in local.tags : split(":", tag)[0] => split(":", tag)[1] }
}
