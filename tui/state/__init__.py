"""What the screen knows, without a screen: pure functions of what the yard has told."""
