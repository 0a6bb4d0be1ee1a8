"""Every select of this package. `get_` raises NotFound, `find_` may be None, `list_` is a page or a whole small set."""
