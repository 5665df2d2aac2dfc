"""Which servers, of which versions, may judge a dialect: the setting ``engine``."""

from migrate_guard.errors import ScratchError

NAMES = {"postgresql": "PostgreSQL", "mysql": "MySQL", "mariadb": "MariaDB"}
DATABASES = {**NAMES, "sqlite": "SQLite"}
# SQLAlchemy's mysql works on both; its mariadb refuses MySQL.
_SERVERS = {"mysql": ("mysql", "mariadb")}


class Pins:
    """``engines`` are requirements of servers, like "postgresql>=15,<17", one for each kind at most.

    A dialect of which no server is pinned takes each of its servers.
    """

    def __init__(self, engines: tuple[str, ...]) -> None:
        self._pins = {}
        if engines:
            from packaging.requirements import Requirement

            found = [(Requirement(text), text) for text in engines]
            self._pins = {pin.name.lower(): (pin.specifier, text) for pin, text in found}

    def of(self, dialect: str) -> list[str]:
        """The pins, in their own words, that servers for ``dialect`` are held to."""
        return [self._pins[name][1] for name in servers(dialect) if name in self._pins]

    def refuse(self, dialect: str, server: str, version: str) -> str:
        """Why ``server`` ("mysql") of this ``version`` must not judge ``dialect``, "" where it may."""
        pinned = self.of(dialect)
        if server not in servers(dialect):
            return f"{dialect}:// needs {NAMES[dialect]}"
        if not pinned or server in self._pins and self._contains(server, version):
            return ""
        return "engine = " + " and ".join(f'"{text}"' for text in pinned)

    def _contains(self, server, version):
        from packaging.version import InvalidVersion, Version

        try:
            number = Version(version.replace("devel", ".dev0"))
        except InvalidVersion:
            raise ScratchError(
                f"{NAMES[server]} calls its version {version}, which no pin can be compared with.",
                hint="Leave the setting engine out.",
            ) from None
        return self._pins[server][0].contains(number, prereleases=True)


def servers(dialect: str) -> tuple[str, ...]:
    """The kinds of server that can judge ``dialect``."""
    return _SERVERS.get(dialect, (dialect,))
