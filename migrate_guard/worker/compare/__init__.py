"""Look: what the history made and what the models ask for."""
