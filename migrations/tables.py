"""Every table of the house, on one page: what migrations compare with."""

import billing.models
import bookings.models
import campaigns.models
import finess.models
import kit.audit
import kit.backup_run
import kit.outbox
import kit.pulse
import notifications.models
import privacy.models
import services_catalog.models
import tenants.models

__all__ = [
    "billing",
    "bookings",
    "campaigns",
    "finess",
    "kit",
    "notifications",
    "privacy",
    "services_catalog",
    "tenants",
]
