"""All that controller and worker both import: what they say to each other, one JSON object a line."""

# Whoever decodes a line knows every message.
from migrate_guard.protocol import keeping, messages  # noqa: F401
