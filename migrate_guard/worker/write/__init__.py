"""Draft the missing revision."""
