"""Real yards: supervisord, broker, launcher, charge points, central system, screen."""
