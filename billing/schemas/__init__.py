"""Shapes of billing for programs."""
