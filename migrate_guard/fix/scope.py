"""Which environments are meant, and what can be asked of one of them alone."""

import os

from migrate_guard.errors import ConfigError


def wanted(judge, request):
    """The environments of the Judge that ``request`` is about. Raises ConfigError."""
    names = [environment.name or "." for environment in judge.environments]
    if request.environment:
        found = [one for one in judge.environments if (one.name or ".") == request.environment]
        if not found:
            raise ConfigError(
                f"{judge.source.label} has no environment {request.environment}.",
                hint=f"There {'is' if len(names) == 1 else 'are'}: {', '.join(names)}",
            )
        return found
    asked = [option for option, value in _of_one(request).items() if value]
    if asked and len(names) > 1:
        raise ConfigError(
            f"{asked[0]} is for one environment, and {judge.source.label} has {len(names)}.",
            hint=f"Say which: --env NAME. There are: {', '.join(names)}",
        )
    return judge.environments


def _of_one(request):
    return {
        "--head": request.head, "--splice": request.splice, "--branch": request.branch,
        "--version-path": request.version_path, "--merge with revisions": request.merge,
    }  # fmt: skip


def folder(judge, typed):
    """``typed`` where the person stands, relative to the repository; "" stays as it is."""
    top = os.path.realpath(judge.repo.root)
    return typed and os.path.relpath(os.path.realpath(os.path.join(top, judge.repo.prefix, typed)), top)
