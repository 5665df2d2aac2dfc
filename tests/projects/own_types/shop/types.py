"""Types as projects and their libraries define them. The repr of a TypeDecorator tells what it stores, not how it was made."""

from sqlalchemy import CHAR, Numeric, String, Unicode
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeDecorator, UserDefinedType


class Money(TypeDecorator):
    impl = Numeric(12, 2)
    cache_ok = True


class Price(TypeDecorator):
    """Made with an argument that it keeps."""

    impl = Numeric
    cache_ok = True

    def __init__(self, currency, places=2):
        super().__init__(12, places)
        self.currency, self.places = currency, places


class Storage:
    def __init__(self, path):
        self.path = path


class FileType(TypeDecorator):
    """Made with an object that nothing can write down."""

    impl = Unicode
    cache_ok = True

    def __init__(self, storage, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.storage = storage


class Guid(TypeDecorator):
    """Stored otherwise in each kind of database."""

    impl = CHAR
    cache_ok = True

    def __init__(self, version):
        super().__init__()

    def load_dialect_impl(self, dialect):
        native = dialect.name == "postgresql"
        return dialect.type_descriptor(postgresql.UUID() if native else CHAR(32))


class Place(UserDefinedType):
    cache_ok = True

    def __init__(self, kind="POINT", srid=4326):
        self.kind, self.srid = kind, srid

    def get_col_spec(self, **kw):
        return f"VARCHAR({self.srid})"


class Geo:
    class Line(Place):
        pass


class Keyed(UserDefinedType):
    cache_ok = True

    def __init__(self, key):
        self.key = key

    def get_col_spec(self, **kw):
        return "VARCHAR(40)"


def local():
    class Local(TypeDecorator):
        impl = String(20)
        cache_ok = True

    return Local
