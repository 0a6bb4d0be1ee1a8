"""A strict Stripe on loopback: what stripe-python sends is checked against its own types; money moves by commands."""

from tests.peers.stripe.server import Peer, open_peer

__all__ = ["Peer", "open_peer"]
