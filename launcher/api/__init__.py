"""The contract of the launcher: its topics and commands."""
