"""Begin"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "aaaaaaaaaaaa"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "user",
        sa.Column("id", mysql.BIGINT(unsigned=True), primary_key=True, autoincrement=True),
        sa.Column("name", sa.String(200, collation="utf8mb4_bin"), nullable=False, comment="as they spell it"),
        sa.Column("age", mysql.SMALLINT(unsigned=True)),
        sa.Column("about", mysql.MEDIUMTEXT()),
        sa.Column("state", sa.Enum("active", "blocked"), nullable=False, server_default="active"),
        sa.Column("flags", mysql.SET("a", "b")),
        sa.Column("active", sa.Boolean(), nullable=False, server_default=sa.text("1")),
        sa.Column("settings", sa.JSON()),
        sa.Column("created_at", sa.DateTime(), server_default=sa.func.now(), nullable=False),
        sa.Column(
            "changed_at",
            mysql.TIMESTAMP(fsp=6),
            server_default=sa.text("CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6)"),
            nullable=False,
        ),
        sa.Column("net", sa.Numeric(10, 2), nullable=False, server_default="0.00"),
        sa.Column("gross", sa.Numeric(10, 2), sa.Computed("`net` * 1.19", persisted=True)),
        sa.CheckConstraint("age > 0", name="ck_user_age"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_ci",
        mysql_row_format="DYNAMIC",
        comment="People who buy",
    )
    op.create_index("ix_user_name", "user", ["name"], mysql_length=10)
    op.create_index("ix_user_words", "user", ["about"], mysql_prefix="FULLTEXT")


def downgrade():
    op.drop_table("user")
