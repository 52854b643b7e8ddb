"""What the central system does on purpose in place of the right thing, told over HTTP by whoever tests with it."""
