"""ATTACH of SQLite: whatever file a project attaches, a scratch file takes its place."""

import re
import sqlite3

_ATTACH = re.compile(r"\s*ATTACH\s+(?:DATABASE\s+)?(?P<path>\?|:\w+|'(?:[^']|'')*'|\"[^\"]*\")\s+AS\s", re.I)


def attaching(base, scratch):
    """A sqlite3.Connection like ``base``; also where a listener has no SQLAlchemy around it.

    ``scratch`` gives the path of the scratch file that stands for another one.
    """

    class Cursor(sqlite3.Cursor):
        def execute(self, statement, parameters=()):
            return super().execute(*_attached(statement, parameters, scratch))

        def executescript(self, script):
            return super().executescript(
                ";".join(_attached(part, (), scratch)[0] for part in script.split(";"))
            )

    class Connection(base):  # type: ignore[valid-type, misc]  # known when the driver is
        def cursor(self, factory=Cursor):
            return super().cursor(factory)

        # sqlite3's own of these do not come by cursor()
        def execute(self, *arguments):
            return self.cursor().execute(*arguments)

        def executescript(self, script):
            return self.cursor().executescript(script)

    return Connection


def _attached(statement, parameters, scratch):
    """The same ATTACH for another file, where ``statement`` attaches one to a SQLite database."""
    found = _ATTACH.match(statement)
    if not found:
        return statement, parameters
    path = found["path"]
    if path[0] in "?:":
        values = list(parameters.values()) if isinstance(parameters, dict) else list(parameters)
        file, parameters = str(values[0]), tuple(values[1:])
    else:
        file = path[1:-1].replace(path[0] * 2, path[0])
    target = file if file in ("", ":memory:") else scratch(file)
    literal = "'{}'".format(target.replace("'", "''"))
    return statement[: found.start("path")] + literal + statement[found.end("path") :], parameters
