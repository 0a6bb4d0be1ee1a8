"""Every table of the house, on one page: what migrations compare with."""

import campaigns.models
import finess.models
import kit.audit
import kit.outbox
import kit.pulse
import notifications.models
import tenants.models

__all__ = ["campaigns", "finess", "kit", "notifications", "tenants"]
