"""What neighbours of a charge point may import: topics, payloads, the start entry, the error of bad input."""
