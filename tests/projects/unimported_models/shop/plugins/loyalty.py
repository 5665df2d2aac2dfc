from shop.database import Numbered


class Points(Numbered):
    __tablename__ = "points"
