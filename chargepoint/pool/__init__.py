"""Many charge points in one process, each a station of its own: for thousands, for scenarios, for load."""
