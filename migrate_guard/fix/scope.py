"""Which environments are meant, and what can be asked of one of them alone."""

import os
from collections.abc import Sequence

from migrate_guard.errors import ConfigError
from migrate_guard.findings.remedy import Request
from migrate_guard.history.environment import Environment
from migrate_guard.judging.case import Case


def wanted(case: Case, request: Request) -> Sequence[Environment]:
    """The environments of the Case that ``request`` is about. Raises ConfigError."""
    names = [environment.name or "." for environment in case.subject.environments]
    if request.environment:
        found = [one for one in case.subject.environments if (one.name or ".") == request.environment]
        if not found:
            raise ConfigError(
                f"{case.subject.source.label} has no environment {request.environment}.",
                hint=f"There {'is' if len(names) == 1 else 'are'}: {', '.join(names)}",
            )
        return found
    asked = [option for option, value in _of_one(request).items() if value]
    if asked and len(names) > 1:
        raise ConfigError(
            f"{asked[0]} is for one environment, and {case.subject.source.label} has {len(names)}.",
            hint=f"Say which: --env NAME. There are: {', '.join(names)}",
        )
    return case.subject.environments


def _of_one(request):
    return {
        "--head": request.head, "--splice": request.splice, "--branch": request.branch,
        "--version-path": request.version_path, "--merge with revisions": request.merge,
    }  # fmt: skip


def folder(case: Case, typed: str) -> str:
    """``typed`` where the person stands, relative to the repository; "" stays as it is."""
    top = os.path.realpath(case.subject.repo.root)
    return typed and os.path.relpath(
        os.path.realpath(os.path.join(top, case.subject.repo.prefix, typed)), top
    )
