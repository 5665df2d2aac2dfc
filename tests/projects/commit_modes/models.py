"""A model, with room to change it at either end."""

from parts.size import NAME
from sqlalchemy import Column, Integer, MetaData, String, Table

metadata = MetaData()

user = Table(
    "user",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(NAME)),
)

# one
# two
# three
# four
# five
# six
# seven
# eight

post = Table(
    "post",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("title", String(50)),
)
