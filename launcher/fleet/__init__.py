"""What is wanted of the fleet and what follows from it: pure."""
