"""The screen of the yard, in a terminal."""
