"""The modules of a source that may declare tables, found by git."""

from collections.abc import Callable

from migrate_guard.repository.source import Source
from migrate_guard.schema.declared import Module, is_aside, read

_PATTERN = r"__tablename__|__table__|primary_key|Table\(|__abstract__|MetaData\(|declarative_base\("


def find(source: Source, wanted: Callable[[str], bool]) -> list[Module]:
    """The modules of ``source`` that may declare tables and whose path is ``wanted``; those that cannot be parsed are not."""
    found = source.modules_with(_PATTERN)
    paths = [path for path in found if not is_aside(path) and wanted(path)]
    modules = [read(path, text) for path, text in sorted(source.read(paths).items())]
    return [module for module in modules if module]
