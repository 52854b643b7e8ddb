"""The behaviours of the central system."""
