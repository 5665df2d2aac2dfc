"""Create place"""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry

revision = "bbbbbbbbbbbb"
down_revision = "aaaaaaaaaaaa"
branch_labels = None
depends_on = None


def upgrade():
    op.create_geospatial_table(
        "place",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(50)),
        sa.Column("point", Geometry("POINT", srid=4326, spatial_index=False)),
    )
    op.create_geospatial_index("idx_place_point", "place", ["point"], postgresql_using="gist")


def downgrade():
    op.drop_geospatial_index("idx_place_point", "place", column_name="point")
    op.drop_geospatial_table("place")
