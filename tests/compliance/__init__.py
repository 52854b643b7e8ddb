"""What the OCA's compliance tool judges in a charge point: one test a case, by the ids of its documents."""
