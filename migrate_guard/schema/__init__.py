"""Pure: tables, as a database describes them and as Python files declare them, and what differs between two descriptions."""
