"""The answers that a person gave, with the command or on a terminal."""

import shlex
from collections.abc import Iterable
from dataclasses import dataclass, fields

from migrate_guard.errors import ConfigError


@dataclass(frozen=True)
class Answers:
    """``renames`` are pairs (old, new), ``defaults`` and ``backfills`` pairs (column, SQL), as they were typed.

    ``no_rename``: whatever else is dropped goes. ``allow_empty_only``: rows need not be thought of any further.
    ``settled`` are the names of questions whose answer is to leave the operation as it is.
    """

    renames: tuple[tuple[str, str], ...] = ()
    no_rename: bool = False
    defaults: tuple[tuple[str, str], ...] = ()
    backfills: tuple[tuple[str, str], ...] = ()
    allow_empty_only: bool = False
    settled: tuple[str, ...] = ()

    def __add__(self, other: "Answers") -> "Answers":
        return Answers(*(getattr(self, one.name) or getattr(other, one.name) if one.type is bool
                         else getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))  # fmt: skip

    def options(self) -> list[str]:
        """As they are typed, each quoted for a shell."""
        return [
            *(f"--rename {shlex.quote(f'{old}:{new}')}" for old, new in self.renames),
            *(["--no-rename"] if self.no_rename else []),
            *(f"--default {shlex.quote(f'{column}={value}')}" for column, value in self.defaults),
            *(f"--backfill {shlex.quote(f'{column}={sql}')}" for column, sql in self.backfills),
            *(["--allow-empty-only"] if self.allow_empty_only else []),
        ]


def parse(
    renames: Iterable[str] = (),
    no_rename: bool = False,
    defaults: Iterable[str] = (),
    backfills: Iterable[str] = (),
    allow_empty_only: bool = False,
) -> Answers:
    """What was typed. Raises ConfigError."""
    return Answers(
        tuple(_pair("--rename", text, ":", "user.name:user.full_name") for text in renames),
        no_rename,
        tuple(_pair("--default", text, "=", "user.age=0") for text in defaults),
        tuple(_pair("--backfill", text, "=", "user.age=length(name)") for text in backfills),
        allow_empty_only,
    )


def _pair(option, text, sign, example):
    before, found, after = (part.strip() for part in text.partition(sign))
    if not (before and found and after):
        raise ConfigError(f"{option} {text} says nothing.", hint=f"For example: {option} {example}")
    return before, after
