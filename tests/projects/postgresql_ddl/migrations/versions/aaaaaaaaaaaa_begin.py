"""Begin"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

revision = "aaaaaaaaaaaa"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.execute(sa.schema.CreateSequence(sa.Sequence("invoice_numbers", start=1000)))
    op.create_table(
        "user",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("name", sa.String(50), nullable=False, comment="as they spell it"),
        sa.Column(
            "state", sa.Enum("active", "blocked", name="user_state"), nullable=False, server_default="active"
        ),
        sa.Column(
            "uuid", pg.UUID(as_uuid=True), server_default=sa.text("gen_random_uuid()"), nullable=False
        ),
        sa.Column("tags", pg.ARRAY(sa.String(20)), server_default=sa.text("'{}'")),
        sa.Column("settings", pg.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("address", pg.INET()),
        sa.CheckConstraint("length(name) > 0", name="ck_user_name"),
        sa.UniqueConstraint(
            "name", "state", name="uq_user_name_state", deferrable=True, initially="DEFERRED"
        ),
        comment="People who buy",
    )
    op.execute(
        'ALTER TABLE "user" ADD words tsvector GENERATED ALWAYS AS (to_tsvector(\'english\', name)) STORED'
    )
    op.create_index("ix_user_lower_name", "user", [sa.text("lower(name)")], unique=True)
    op.create_index("ix_user_active", "user", ["state"], postgresql_where=sa.text("state = 'active'"))
    op.create_index("ix_user_tags", "user", ["tags"], postgresql_using="gin")


def downgrade():
    op.drop_table("user")
    op.execute("DROP SEQUENCE invoice_numbers")
    op.execute("DROP TYPE user_state")
