from flask import Flask
from flask_migrate import Migrate
from sqlalchemy.ext.asyncio import create_async_engine

from models import Base


class Database:
    """What Flask-Migrate wants of an extension with an asynchronous engine."""

    metadata = Base.metadata

    def __init__(self, app):
        self.engine = create_async_engine(app.config["DATABASE_URL"])

    def get_engine(self, bind=None):
        return self.engine


app = Flask(__name__)
app.config["DATABASE_URL"] = "sqlite+aiosqlite:///blog.db"
Migrate(app, Database(app))
