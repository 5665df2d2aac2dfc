"""Database URLs that cannot be parsed do no harm: all that is used of one is its dialect."""

import hashlib
import re

import sqlalchemy
from sqlalchemy import exc
from sqlalchemy.engine import url as url_module

_SCHEME = re.compile(r"\s*([A-Za-z]\w*(?:\+\w+)?):")


def install(dialect):
    """``dialect``: what the settings call it, for URLs that do not even tell that; "" where they do not say."""
    parse = url_module.make_url

    def make_url(name_or_url, *args, **kwargs):
        try:
            url = parse(name_or_url, *args, **kwargs)
        except (exc.ArgumentError, ValueError):
            name = _scheme(name_or_url) or dialect
            if not name:
                raise
            return _stand_in(name, name_or_url)
        return _stand_in(dialect, name_or_url) if dialect and not _exists(url) else url

    for module in (sqlalchemy, sqlalchemy.engine, url_module):
        if getattr(module, "make_url", None) is parse:
            vars(module)["make_url"] = make_url


def _scheme(text):
    found = _SCHEME.match(text) if isinstance(text, str) else None
    return found[1] if found and _exists(url_module.URL.create(found[1])) else ""


def _exists(url):
    try:
        url.get_dialect()
    except exc.NoSuchModuleError:
        return False
    return True


def _stand_in(name, text):
    # Two texts may mean two databases.
    return url_module.URL.create(name, database=hashlib.sha256(repr(text).encode()).hexdigest()[:16])
