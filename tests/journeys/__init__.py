"""Whole stories: the portal's real processes, a real browser, a real mail server."""
