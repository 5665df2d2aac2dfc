"""SQL for ``op.execute()`` and ``sqlalchemy.text()``, which take a word after a colon for a parameter."""

import re

_PARAMETER = re.compile(r"(?<![:\w\\]):(?=\w)")


def escaped(sql):
    return _PARAMETER.sub(r"\\:", sql)


def quoted(preparer, name):
    """``name`` as ``preparer`` (IdentifierPreparer) quotes it; it doubles each %, and text() does so once more."""
    return preparer.quote(name).replace("%%", "%") if preparer._double_percents else preparer.quote(name)
