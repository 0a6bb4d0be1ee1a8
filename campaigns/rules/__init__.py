"""States, clocks, documents, forms, selection: pure functions over plain data."""
