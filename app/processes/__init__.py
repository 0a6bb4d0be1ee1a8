"""Runs the portal's processes together, for `crrc demo` and `crrc dev`: start, prefix, restart, stop in order."""

from app.processes.child import Child
from app.processes.portal import portal
from app.processes.ports import PortTaken, refuse_taken_ports
from app.processes.sources import sources_fingerprint
from app.processes.supervisor import supervise

__all__ = ["Child", "PortTaken", "portal", "refuse_taken_ports", "sources_fingerprint", "supervise"]
