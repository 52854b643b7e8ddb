"""What keeps a station and its central system sure of each other: certificates, keys, and whom the link trusts."""
