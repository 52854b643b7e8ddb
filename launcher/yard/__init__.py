"""Bringing a yard up and down on this machine."""
