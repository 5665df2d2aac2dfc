from flask import Flask

from blog.extensions import db, migrate


def create_app(database="sqlite:///blog.db"):
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = database
    db.init_app(app)
    migrate.init_app(app, db)

    from blog import models

    return app
