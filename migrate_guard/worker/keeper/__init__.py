"""The keeper: makes and removes scratch databases at an address."""
