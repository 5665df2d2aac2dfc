"""This machine: folders, locks, processes, the terminal, a bug's report."""
