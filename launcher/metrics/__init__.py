"""Figures for Prometheus: of a load, or of a yard."""
