"""The result object in, a string out."""
