"""The user's repository: git, what is judged, its files as a folder. Nothing of it is written but what is staged."""
