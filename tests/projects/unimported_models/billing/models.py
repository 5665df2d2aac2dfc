from shop.database import Numbered


class Invoice(Numbered):
    __tablename__ = "invoice"
