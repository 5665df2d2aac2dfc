from shop.database import Numbered


class Old(Numbered):
    __tablename__ = "old"


print "old"
