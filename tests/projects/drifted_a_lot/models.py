from sqlalchemy import Column, Integer, MetaData, String, Table

metadata = MetaData()

for number in range(75):
    Table(
        f"kept_{number:02}",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("wider", String(80)),
        Column("added", String(20), index=True),
        Column("stricter", Integer, nullable=False),
    )
