"""Tables of privacy: processings, periods, requests, breaches."""

import billing.models  # noqa: F401 - the collectors read every table of the floors below
from privacy.models.breach import Breach, BreachRevision
from privacy.models.register import ProcessingVersion
from privacy.models.request import PersonalExport, PrivacyRequest
from privacy.models.retention import PurgeRun, RetentionPolicy

__all__ = [
    "Breach",
    "BreachRevision",
    "PersonalExport",
    "PrivacyRequest",
    "ProcessingVersion",
    "PurgeRun",
    "RetentionPolicy",
]
