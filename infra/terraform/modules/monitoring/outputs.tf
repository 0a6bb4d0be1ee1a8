output "push_urls" {
  description = "Where the collector inside the cluster sends metrics, logs and traces."
  value       = { for each in scaleway_cockpit_source.main : each.type => each.push_url }
}
