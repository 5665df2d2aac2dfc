"""Rows for the proof of a revision: put into the tables that it touches, read again after each pass, and compared."""
