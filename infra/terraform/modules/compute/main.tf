# Kubernetes Kapsule: one pool a zone, nodes without a public address. The chart (infra/helm/crrc) says what runs there.

resource "scaleway_k8s_cluster" "main" {
  name               = var.names.cluster
  type               = var.control_plane
  version            = var.kubernetes_version
  cni                = "cilium" # enforces the chart's network policies
  region             = var.region
  private_network_id = var.private_network_id
  tags               = var.tags

  # Removing the cluster must not take volumes and the load balancer's address along.
  delete_additional_resources = false

  auto_upgrade {
    enable                        = true
    maintenance_window_day        = "sunday"
    maintenance_window_start_hour = 2 # UTC
  }

  autoscaler_config {
    balance_similar_node_groups  = true
    scale_down_delay_after_add   = "30m" # the last evening comes in waves
    max_graceful_termination_sec = 600   # an errand that runs is finished
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "scaleway_k8s_acl" "main" {
  cluster_id = scaleway_k8s_cluster.main.id
  region     = var.region

  dynamic "acl_rules" {
    for_each = var.administration_addresses
    content {
      ip          = acl_rules.value
      description = "administration"
    }
  }
}

resource "scaleway_k8s_pool" "main" {
  for_each = toset(var.nodes.zones)

  cluster_id         = scaleway_k8s_cluster.main.id
  name               = "portal-${each.key}"
  zone               = each.key
  region             = var.region
  node_type          = var.nodes.type
  size               = var.nodes.least
  min_size           = var.nodes.least
  max_size           = var.nodes.most
  autoscaling        = true
  autohealing        = true
  public_ip_disabled = true
  tags               = var.tags

  upgrade_policy {
    max_surge       = 1
    max_unavailable = 0
  }
}
