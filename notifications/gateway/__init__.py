"""The outside of notices: the templates they are written with, and the mail server that takes them."""
