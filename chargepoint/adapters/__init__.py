"""Everything that touches the world: websocket, SQLite."""
