"""A campaign as a document: checked with findings by path, written back. Pure."""

SCHEMA = "campaigns/data/campaign.schema.json"
