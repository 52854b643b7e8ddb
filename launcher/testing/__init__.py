"""Charge points in the test suites of others: a pytest plugin."""
