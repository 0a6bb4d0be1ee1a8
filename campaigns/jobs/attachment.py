"""Attachments that wait for the antivirus, uploads that nobody finished: an errand of the workers."""

from campaigns.service.scanning import NAME, run, wanted
from kit.errand import Errand

ATTACHMENTS = Errand(NAME, wanted, run)
