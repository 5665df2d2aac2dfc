"""Runs inside the project's interpreter: stdlib, alembic, sqlalchemy and what the project has; 3.8 syntax."""
