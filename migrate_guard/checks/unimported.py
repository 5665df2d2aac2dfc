"""Do all modules that declare tables take part in the comparison?"""

from collections.abc import Sequence

from migrate_guard.checks.facts import Facts, Unimported
from migrate_guard.findings import fingerprints
from migrate_guard.findings.finding import Finding
from migrate_guard.protocol.messages import Loaded
from migrate_guard.protocol.observation import Observation
from migrate_guard.schema.declared import Module

# Further modules are counted
_NAMED = 5


def unimported(facts: Facts) -> list[Finding]:
    """Those that are new; older_modules() has the rest."""
    counting = [
        one for one in facts.new_unimported if fingerprints.of_module(one.tables) not in facts.accepted
    ]
    if facts.observation and any(not one.module for one in counting):
        return [_nothing(facts, counting)]
    return [_finding(facts, module) for module in counting]


def _nothing(facts, modules):
    env_py = f"{facts.environment.directory}/env.py".lstrip("/")
    said = [f"{one.path}:{one.line} declares {', '.join(one.tables)}" for one in modules[:_NAMED]]
    more = [f"and {len(modules) - _NAMED} more"] if len(modules) > _NAMED else []
    why, hint = _reason(facts.observation.compared, env_py)
    declare = "module declares" if len(modules) == 1 else "modules declare"
    return Finding(
        "unimported-models",
        facts.environment.name,
        f"{env_py} compares no models, but {len(modules)} {declare} tables.",
        detail=(*said, *more, *why),
        hint=hint,
        path=modules[0].path,
        line=modules[0].line,
    )


def _reason(compared, env_py):
    """(lines that say why nothing is compared, what to do)."""
    left_out = sum(one.left_out for one in compared)
    if left_out:
        tables = "the only table" if left_out == 1 else f"all {left_out} tables"
        return [
            f"include_object in {env_py} leaves out {tables}."
        ], f"Let include_object in {env_py} keep them."
    if any(one.given for one in compared):
        return [f"The metadata in {env_py} has no table."], (
            f"Import the models in {env_py}, and set target_metadata to their Base.metadata."
        )
    return [f"{env_py} sets target_metadata = None."], (
        f"Import the models in {env_py}, and set target_metadata to their Base.metadata."
    )


def older_modules(facts: Facts) -> str:
    """The modules that were not imported before either, in a line; "" where there are none."""
    count = len(
        [one for one in facts.old_unimported if fingerprints.of_module(one.tables) not in facts.accepted]
    )
    which, them = ("1 module was", "it") if count == 1 else (f"{count} modules were", "them")
    return (
        f"{which} not imported {facts.old.before} either; `migrate-guard check` names {them}."
        if count
        else ""
    )


def _finding(facts, one):
    env_py = f"{facts.environment.directory}/env.py".lstrip("/")
    listing = ", ".join(one.tables)
    plural = "s" if len(one.tables) > 1 else ""
    detail = [f"It declares the table{plural} {listing}."]
    if one.dropped:
        detail.append(
            f"The history has {', '.join(one.dropped)}, so that the missing revision would drop it."
        )
    return Finding(
        "unimported-models",
        facts.environment.name,
        f"{env_py} does not import {one.module}, so its models are not compared.",
        detail=tuple(detail),
        hint=f"Import it in {env_py}, or where the other models are imported:\nimport {one.module}  # noqa: F401",
        path=one.path,
        line=one.line,
    )


def candidates(
    modules: list[Module], seen: Observation, elsewhere: Sequence[Loaded] = ()
) -> list[Unimported]:
    """Those of ``modules``, which were not imported, that would add tables to the compared metadata of ``seen``.

    Only those of the packages that models come from already, or that declare a table which is about to be dropped.
    ``elsewhere`` is what other environments have imported.
    """
    if seen.loaded is None:
        return []
    places = _Places(seen.loaded)
    declared = {name: (module, name) for module in modules for name in places.names(module.path)}
    held = {_bare(table) for loaded in (seen.loaded, *elsewhere) for table in loaded.tables}
    imported = {path for loaded in elsewhere for path in loaded.modules.values()}
    gone = {
        _bare(one.table)
        for one in seen.operations
        if (one.kind, one.attribute, one.direction) == ("table", "", "drop")
    }
    found = []
    for module in modules:
        name, inside = places.best(module.path)
        if name is None or module.path in imported:
            continue
        tables = [
            table
            for table in module.tables
            if _bare(table.name) not in held
            and any(_leads(base, module, name, declared, seen.loaded) for base in table.bases)
        ]
        dropped = [table for table in tables if table.name in gone]
        named = tables if inside else dropped
        if named:
            found.append(
                Unimported(
                    module.path,
                    named[0].line,
                    name,
                    tuple(dict.fromkeys(table.name for table in named)),
                    tuple(dict.fromkeys(table.name for table in dropped)),
                )
            )
    return found


def nowhere(modules: list[Module], seen: Observation, elsewhere: Sequence[Loaded] = ()) -> list[Unimported]:
    """Those of ``modules`` with tables that no environment compares; ``seen`` compares none at all."""
    held = {_bare(table) for loaded in elsewhere for table in loaded.tables}
    gone = {_bare(one.table) for one in seen.operations if (one.kind, one.direction) == ("table", "drop")}
    found = []
    for module in modules:
        tables = [one for one in module.tables if _bare(one.name) not in held]
        if tables:
            names = tuple(dict.fromkeys(one.name for one in tables))
            dropped = tuple(name for name in names if name in gone)
            found.append(Unimported(module.path, tables[0].line, "", names, dropped))
    return found


def _bare(table):
    return table.rsplit(".", 1)[-1]


class _Places:
    """The folders that modules are imported from, and the packages that the models come from."""

    def __init__(self, loaded: Loaded):
        roots = {name: _root(name, path) for name, path in loaded.modules.items()}
        self._roots = sorted({root for root in roots.values() if root is not None}, key=len, reverse=True)
        self._packages = {
            (roots[name], _package(name, loaded.modules[name]))
            for name in loaded.sources
            if roots.get(name) is not None
        }

    def names(self, path):
        """What ``path`` can be imported as."""
        return [name for _, name in self._all(path)]

    def best(self, path):
        """(name, whether it is in a package of the models); the name is None where it has none."""
        all_names = list(self._all(path))
        for root, name in all_names:
            if (root, _package(name, path)) in self._packages:
                return name, True
        return (all_names[0][1] if all_names else None), False

    def _all(self, path):
        for root in self._roots:
            if path.startswith(root):
                parts = path[len(root) :].removesuffix(".py").removesuffix("/__init__").split("/")
                if all(part.isidentifier() for part in parts):
                    yield root, ".".join(parts)


def _root(name, path):
    """The folder below which ``path`` is the module ``name``; None where it was loaded in another way."""
    inner = name.replace(".", "/")
    for suffix in (f"{inner}.py", f"{inner}/__init__.py"):
        if path == suffix or path.endswith(f"/{suffix}"):
            return path[: -len(suffix)]
    return None


def _package(name, path):
    """The outermost one that the module is in, "" for none."""
    return name.split(".")[0] if "." in name or path.endswith("__init__.py") else ""


def _leads(dotted, module, name, declared, loaded, seen=frozenset()):
    """Whether ``dotted``, as ``module`` has it under ``name``, leads to the compared metadata."""
    if (name, dotted) in seen:
        return False
    seen = seen | {(name, dotted)}
    first, _, rest = dotted.partition(".")
    if first in module.imported:
        meant = [_absolute(one, module, name) for one in module.names[first]]
        whole = [f"{one}.{rest}" if rest else one for one in meant]
    elif first in module.names:
        return any(_leads(one, module, name, declared, loaded, seen) for one in module.names[first])
    else:
        whole = [f"{_absolute(star, module, name)}.{dotted}" for star in module.stars]
    return any(_is_base(one, declared, loaded, seen) for one in whole)


def _is_base(absolute, declared, loaded, seen):
    parts = absolute.split(".")
    starts = [".".join(parts[:end]) for end in range(len(parts), 0, -1)]
    if any(start in loaded.bases for start in starts):
        return True
    for start in starts[1:]:
        if start in declared:
            module, name = declared[start]
            return _leads(absolute[len(start) + 1 :], module, name, declared, loaded, seen)
    return False


def _absolute(meant, module, name):
    """The dotted name without the dots of a relative import."""
    bare = meant.lstrip(".")
    level = len(meant) - len(bare)
    if not level:
        return bare
    up = level - 1 if module.path.endswith("__init__.py") else level
    parts = name.split(".")
    return ".".join([*parts[: len(parts) - up], *([bare] if bare else [])])
