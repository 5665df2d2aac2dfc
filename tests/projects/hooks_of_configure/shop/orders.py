from sqlalchemy import Column, ForeignKey, Integer, MetaData, Table

from shop.types import Money

metadata = MetaData()
order = Table(
    "order",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("total", Money),
)
line = Table(
    "line",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("order_id", Integer, ForeignKey("order.id", name="fk_line_order")),
)
