"""The controller's half of every conversation with the project's interpreter."""
