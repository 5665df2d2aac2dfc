"""Files of variables that a project shows to its developers: .env.example, the env_file of its containers."""

import io
import posixpath
import re
from collections.abc import Iterable, Mapping, Sequence

_VARIABLE = re.compile(r"[A-Za-z_]\w*")
_NAME = re.compile(r"(^|[._-])env(ironment)?([._-]|$)", re.I)
_CODE = re.compile(r"\.(py|sh|js|ts|tsx|vue|ya?ml|json|toml|ini|md|mdx|rst|html|mako)$", re.I)


def read(text: str) -> dict[str, str]:
    """The variables of ``text``, as python-dotenv takes them.

    What a value refers to, ``${PORT:-5432}``, is looked for in the lines before it, then in our own environment. A line
    that sets nothing, or that nobody could read, is passed over.
    """
    import logging

    from dotenv import dotenv_values

    logging.getLogger("dotenv").setLevel(logging.ERROR)  # it warns of such lines
    values = dotenv_values(stream=io.StringIO(text))
    return {name: value for name, value in values.items() if value is not None and _VARIABLE.fullmatch(name)}


def candidates(paths: Iterable[str]) -> list[str]:
    """Those of ``paths`` that look like such a file, nearest to the top first."""
    found = [path for path in paths if _NAME.search(posixpath.basename(path)) and not _CODE.search(path)]
    return sorted(found, key=lambda path: (path.count("/"), path))


def hint(texts: Mapping[str, str], wanted: Sequence[str], missing: Sequence[str]) -> str:
    """The setting that takes the file which sets most of ``wanted``, and all of ``missing``; "" where none does.

    ``texts``: the text of each candidate by path. ``wanted``: every variable that was asked for in vain. ``missing``:
    those that made it fail, as far as that is known.
    """
    best = ""
    shown: list[str] = []
    for path, text in texts.items():
        values = read(text)
        given = [name for name in wanted if values.get(name)]
        if len(given) > len(shown) and all(map(values.get, missing)):
            best, shown = path, given
    if not best:
        return ""
    lacks = (
        f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} not set"
        if missing
        else "Variables may be missing"
    )
    sets = "it" if len(shown) == 1 and shown == [*missing] else f"{len(shown)} of those that were asked for"
    return f'{lacks}. {best} sets {sets}; no address is dialled:\n[tool.migrate-guard]\nenv_file = "{best}"'
