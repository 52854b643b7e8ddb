"""What chargers with quirks say in place of what the standard has them say: a file for each kind of mistake."""
