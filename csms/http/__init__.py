"""The HTTP control API; ``/docs`` describes it."""
