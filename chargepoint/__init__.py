"""The simulated charge point: one process that speaks OCPP to a central system and MQTT to its yard."""
