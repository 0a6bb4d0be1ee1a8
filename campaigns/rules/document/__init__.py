"""A campaign as a document: read from YAML or JSON, checked with findings by path, written back. Pure."""
