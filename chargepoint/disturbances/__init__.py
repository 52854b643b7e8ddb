"""What happens to the messages and the connection of a charge point whose line is bad, or that has quirks."""
