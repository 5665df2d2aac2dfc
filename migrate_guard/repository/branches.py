"""The branches of a repository: which of them hold a file that others may have as well."""

import os

from migrate_guard.errors import ConfigError
from migrate_guard.repository.git import Repository


def holding(repo: Repository, path: str, base: str) -> list[str]:
    """The remote-tracking branches and the base branch that hold ``path``, by their short names.

    ``base`` is what the settings call that branch, "" for the remote's own, else main or master. Raises ConfigError.
    """
    remote = _refs(repo, "refs/remotes")
    if base:
        bases = [ref for ref in (f"refs/heads/{base}", f"refs/remotes/{base}") if _refs(repo, ref) == [ref]]
        bases += [ref for ref in remote if ref.split("/", 3)[-1] == base]
        if not bases:
            raise ConfigError(
                f"there is no branch {base}.",
                hint="base in [tool.migrate-guard] names it: mend it, or git fetch.",
            )
    else:
        has_head = any(ref.endswith("/HEAD") for ref in remote)
        bases = [] if has_head else _refs(repo, "refs/heads/main") or _refs(repo, "refs/heads/master")
    return _holding(repo, path, list(dict.fromkeys([*bases, *remote])))


def published(repo: Repository, path: str) -> str:
    """A remote-tracking branch that holds ``path``, by its short name; "" where none does."""
    return next(iter(_holding(repo, path, _refs(repo, "refs/remotes"))), "")


def _holding(repo, path, wanted):
    asked = b"".join(os.fsencode(f"{ref}:{path}\n") for ref in wanted)
    answers = repo.git("cat-file", "--batch-check", stdin=asked).splitlines()
    there = dict(zip(wanted, answers, strict=True))
    return [ref.split("/", 2)[2] for ref in wanted if not there[ref].endswith(b" missing")]


def _refs(repo, pattern):
    return repo.git("for-each-ref", "--format=%(refname)", pattern).decode().split()
