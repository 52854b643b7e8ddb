"""The fleet: starts, kills, restarts and removes charge points as supervisord programs."""
