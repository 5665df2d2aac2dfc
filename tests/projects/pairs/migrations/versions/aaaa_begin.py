from alembic import op

revision = "aaaa"
down_revision = None


def upgrade():
    import before

    before.metadata.create_all(op.get_bind())


def downgrade():
    import before

    before.metadata.drop_all(op.get_bind())
