"""One language per package: what a station says and hears in it."""
