from shop.database import Numbered


class Fixture(Numbered):
    __tablename__ = "fixture"
