"""Whom SQLAlchemy reaches: every connection of the project's leads to a scratch database.

Other rooms come in by ``door``, which makes all that is here and gives what they use of it. ``target`` is for whoever
has a URL of somebody's to read.
"""
