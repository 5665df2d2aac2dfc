import sqlalchemy as sa
from alembic_utils.pg_function import PGFunction
from alembic_utils.pg_trigger import PGTrigger
from alembic_utils.pg_view import PGView
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class User(Base):
    __tablename__ = "user"
    id = sa.Column(sa.Integer, primary_key=True)
    name = sa.Column(sa.String(50), nullable=False)
    active = sa.Column(sa.Boolean, nullable=False)


active_user = PGView(
    schema="public",
    signature="active_user",
    definition='SELECT id, name FROM "user" WHERE active',
)
trim_name = PGFunction(
    schema="public",
    signature="trim_name()",
    definition="""
    RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.name := trim(NEW.name);
        RETURN NEW;
    END
    $$
    """,
)
user_name = PGTrigger(
    schema="public",
    signature="user_name",
    on_entity="public.user",
    definition='BEFORE INSERT ON public."user" FOR EACH ROW EXECUTE FUNCTION public.trim_name()',
)
ENTITIES = [active_user, trim_name, user_name]
