from pathlib import Path

from alembic.config import Config
from sqlalchemy import make_url

FOLDER = Path(__file__).parent / "migrations"


def config(url):
    made = Config()
    made.set_main_option("script_location", str(FOLDER))
    made.set_main_option("sqlalchemy.url", url)
    made.set_main_option("version_locations", str(FOLDER / make_url(url).get_backend_name()))
    return made


def on_sqlite():
    return config("sqlite:///app.db")


def on_postgresql():
    return config("postgresql+psycopg://app@localhost/app")
