# Where metrics, logs and traces go (Cockpit), and who is told. Dashboards and rules are files of infra/monitoring.

resource "scaleway_cockpit_source" "main" {
  for_each = {
    (var.names.metrics) = { type = "metrics", days = var.retention_days.metrics }
    (var.names.logs)    = { type = "logs", days = var.retention_days.logs }
    (var.names.traces)  = { type = "traces", days = var.retention_days.traces }
  }

  name           = each.key
  type           = each.value.type
  retention_days = each.value.days
  region         = var.region
}

# The provider's own alerts (database full, node lost…), by mail.
resource "scaleway_cockpit_alert_manager" "main" {
  enable_managed_alerts = true
  region                = var.region

  dynamic "contact_points" {
    for_each = var.alert_addresses
    content {
      email = contact_points.value
    }
  }
}
