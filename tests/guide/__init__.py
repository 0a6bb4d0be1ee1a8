"""The pictures of the guides, taken from the demonstration: `make guide`, never part of `make test`."""
