"""Pure: how a database describes itself, and what differs between two descriptions."""
