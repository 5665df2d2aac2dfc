"""Files of the working tree that were read past a source."""

import os
from collections.abc import Iterable

from migrate_guard.repository.source import WORKING_TREE, Source


def differing(judged: Source, paths: Iterable[str]) -> list[str]:
    """Those of ``paths`` that say something else on disk; one that git does not track says nothing else, unless it is code."""
    wanted = [] if judged.kind == WORKING_TREE else sorted(paths)
    texts = judged.read(wanted) if wanted else {}
    return [path for path in wanted if _differs(judged, path, texts.get(path))]


def _differs(judged, path, text):
    if text is None:
        return path.endswith(".py")
    try:
        with open(os.path.join(judged.repo.root, path), "rb") as file:
            return file.read() != text
    except OSError:
        return True
