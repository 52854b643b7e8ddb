"""What things cost here. ``python -m tests.benchmarks`` runs them all; numbers of one run may be compared."""
