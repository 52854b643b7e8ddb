"""What `cp-simu` understands: its commands and their options. `--help` imports nothing else."""
