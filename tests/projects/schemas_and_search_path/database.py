import os

from sqlalchemy import create_engine

engine = create_engine(
    os.environ.get("URL", "postgresql+psycopg2://u:secret@db.example.org/x"),
    connect_args={"options": "-csearch_path=shop"},
)
