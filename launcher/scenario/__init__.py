"""Scenarios: what happens to stations step by step, what is expected of their central system, and the verdict."""
