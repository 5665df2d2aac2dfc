"""What controller and keeper say to each other."""

from dataclasses import dataclass
from typing import Sequence

from migrate_guard.protocol.lines import Message


@dataclass(frozen=True)
class Keep(Message):
    """To the keeper, once: ``url`` is an address of the settings, ``dialect`` and ``driver`` are the project's.

    ``owner`` is the process whose run it is.
    """

    url: str
    dialect: str
    driver: str
    owner: int
    python_path: Sequence[str]


@dataclass(frozen=True)
class Kept(Message):
    """What answers at the address: the ``kind`` of server or database, its ``version``, and in words its ``place``.

    ``dropped`` are parameters of the URL that were left out, since they are meant for the driver ``other``. ``left``
    is what runs that have ended left behind and could not be removed, in words.
    """

    kind: str
    version: str
    place: str
    dropped: Sequence[str] = ()
    other: str = ""
    left: Sequence[str] = ()


@dataclass(frozen=True)
class Refused(Message):
    """From the keeper: ``doing`` says what could not be done, ``error`` are the words of whoever refused.

    ``user`` is who asked at ``place``. Neither holds a password.
    """

    doing: str
    error: str
    place: str = ""
    user: str = ""


@dataclass(frozen=True)
class Release(Message):
    """To the keeper: remove what the observation has made; the answer is Released."""


@dataclass(frozen=True)
class Released(Message):
    """``left`` is what could not be removed, in words."""

    left: Sequence[str] = ()
