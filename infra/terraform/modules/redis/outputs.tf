output "host" {
  description = "Private address of the main node."
  value       = try(scaleway_redis_cluster.main.private_ips[0].address, null)
}

output "certificate" {
  description = "The authority that signs the server's certificate (PEM)."
  value       = scaleway_redis_cluster.main.certificate
}
