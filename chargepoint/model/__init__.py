"""What a charger does, with or without OCPP: pure, time is an argument."""
