"""Scratch databases: made by us, thrown away by us."""
