# The queue of errands. What is in it can be made again from the database (outbox): it is short-lived, not a store.

resource "scaleway_redis_cluster" "main" {
  name         = var.names.redis
  version      = var.engine
  node_type    = var.size.node_type
  cluster_size = var.size.nodes
  zone         = var.zone
  tags         = var.tags
  tls_enabled  = true

  user_name           = "crrc"
  password_wo         = var.password
  password_wo_version = var.password_version

  settings = {
    # A queue that forgets errands when it is full would lose mails: better refuse.
    "maxmemory-policy" = "noeviction"
  }

  private_network {
    id = var.private_network_id
  }
}
