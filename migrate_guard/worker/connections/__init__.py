"""Whom SQLAlchemy reaches: every connection of the project's leads to a scratch database."""
