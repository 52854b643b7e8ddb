"""OCPP 1.6, one file per functional block of the specification."""
