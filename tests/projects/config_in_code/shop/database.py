from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

engine = create_engine("sqlite:///shop.db")


def config():
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    made.attributes["engine"] = engine
    return made


def upgrade():
    command.upgrade(config(), "heads")
