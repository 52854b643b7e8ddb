"""The wire of OCPP-J: frames, error codes, schemas and the session of one connection, for either role."""
