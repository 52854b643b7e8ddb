"""The 102 charge point cases of OCPP 1.6, one file a chapter of the tool's list."""
