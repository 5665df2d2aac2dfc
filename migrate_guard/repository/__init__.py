"""The user's repository, only read: git, what is judged, its files as a folder."""
