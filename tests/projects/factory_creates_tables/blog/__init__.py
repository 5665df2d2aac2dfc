import flask_migrate
from flask import Flask

from blog.extensions import db, migrate


def create_app(database="sqlite:///blog.db"):
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = database
    db.init_app(app)
    migrate.init_app(app, db)

    from blog import models

    if database.startswith("sqlite"):
        with app.app_context():
            db.create_all()
            flask_migrate.stamp()
            flask_migrate.upgrade()
    return app
