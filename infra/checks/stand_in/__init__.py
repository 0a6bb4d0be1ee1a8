"""A stand-in for the Scaleway plugin of Terraform: it knows the names and types of arguments, and reaches nothing.

Terraform then validates, tests, plans and applies the modules as it would for real: misspelt or missing arguments,
wrong types, attributes that do not exist and secrets that would enter the state are found without the plugin.
"""
