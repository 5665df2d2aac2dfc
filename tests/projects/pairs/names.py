"""What both sides of a pair are written with."""

from sqlalchemy import *  # noqa: F403
from sqlalchemy import Column, Integer, MetaData, Table, event
from sqlalchemy.dialects import mysql, postgresql  # noqa: F401
from sqlalchemy.schema import DDL


class Sides(MetaData):
    def table(self, name, *parts, **options):
        return Table(name, self, *parts, **options)

    def made_by(self, statement, dropped=""):
        """Run ``statement`` once the tables are there, and ``dropped`` before they go."""
        event.listen(self, "after_create", DDL(statement))
        if dropped:
            event.listen(self, "before_drop", DDL(dropped))


def number(**options):
    return Column("id", Integer, primary_key=True, **options)
