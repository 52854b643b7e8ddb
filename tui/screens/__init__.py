"""The yard and the forms laid over it; they post intentions and never meet the network."""
