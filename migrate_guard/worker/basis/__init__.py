"""What all rooms of the worker may import: versions, failures, the channel."""
