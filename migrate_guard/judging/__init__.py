"""The way of one source from git to a result."""
