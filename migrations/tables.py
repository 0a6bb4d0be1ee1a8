"""Every table of the house, on one page: what migrations compare with."""

import finess.models
import kit.audit
import kit.outbox
import kit.pulse
import tenants.models

__all__ = ["finess", "kit", "tenants"]
