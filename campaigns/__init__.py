"""Calls, windows, forms, candidacies, eligibility, instruction, decisions."""
