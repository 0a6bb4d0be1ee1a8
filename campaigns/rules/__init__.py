"""States, clocks, documents, forms, eligibility, selection: pure functions over plain data."""
