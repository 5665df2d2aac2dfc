"""Get the project in: its modules, its application, its Alembic Config, its variables."""
