"""The central system: its core without a socket, the program with real ones."""
