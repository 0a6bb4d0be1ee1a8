"""The demonstration: a portal and its history, made by the commands that people use, at the hours they used them."""

from app.demo.folder import prepare
from app.demo.links import sign_in_links
from app.demo.story import tell

__all__ = ["prepare", "sign_in_links", "tell"]
