"""Watching: figures for Prometheus, traces for OpenTelemetry. Nothing of anybody is in either: no name, no address."""
