"""OCPP 1.6 of the central system, without a socket."""
