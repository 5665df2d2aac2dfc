from alembic import context
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

import models

engine = create_engine(context.config.get_main_option("sqlalchemy.url"))

with Session(engine) as session:
    session.execute(text("SELECT 1"))
    context.configure(connection=session.connection(), target_metadata=models.Base.metadata)
    context.run_migrations()
    session.commit()
