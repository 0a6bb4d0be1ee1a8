"""Calls, windows, forms, candidacies, instruction, decisions, awards."""
