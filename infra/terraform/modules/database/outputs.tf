locals {
  endpoint = one(scaleway_rdb_instance.main.private_network)
  replica  = one(flatten(scaleway_rdb_read_replica.main[*].private_network))
}

output "address" {
  description = "Private host and port of the primary: host:port."
  value       = "${local.endpoint.ip}:${local.endpoint.port}"
}

output "replica_address" {
  description = "The same of the read replica, null where there is none."
  value       = local.replica == null ? null : "${local.replica.ip}:${local.replica.port}"
}

output "certificate" {
  description = "The authority that signs the server's certificate (PEM), for sslmode=verify-ca."
  value       = scaleway_rdb_instance.main.certificate
}
