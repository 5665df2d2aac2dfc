from app import db


class CustomType(db.TypeDecorator):
    impl = db.String(40)
    cache_ok = True


class Model(db.Model):
    id = db.Column(db.Integer, primary_key=True)


class File(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    path = db.Column(db.String(255), unique=True, nullable=False)
