"""Fixtures of all tests."""

pytest_plugins = ["tests.support.yard"]
