"""Tables that a Python file declares, read with ast and never imported."""

import ast
import re
import warnings
from dataclasses import dataclass, field

# What lies below these is not what is deployed, or not the project's own.
_ASIDE = {
    "tests", "test", "testing", "docs", "doc", "examples", "example", "samples", "benchmarks",
    "vendor", "vendored", "_vendor", "third_party", "site-packages", "node_modules",
}  # fmt: skip
_COLUMNS = ("Column", "mapped_column")
_TEST = re.compile(r"(test_.*|.*_tests?|conftest)\.py$")


@dataclass(frozen=True)
class Declared:
    """A table: its ``name``, guessed from the class where the text does not tell, and what it is declared with.

    ``bases`` are dotted names as the file has them, like ``db.Model``.
    """

    name: str
    line: int
    bases: tuple[str, ...]


@dataclass(frozen=True)
class Module:
    """One file. ``names`` maps each name of its top level to the dotted names that it stands for or is made from.

    Of an import these are absolute, with a dot for each level of a relative one first; ``stars`` are the modules of
    which it imports all names. ``tables`` are those of its top level.
    """

    path: str
    names: dict[str, tuple[str, ...]] = field(default_factory=dict)
    imported: frozenset[str] = frozenset()
    stars: tuple[str, ...] = ()
    tables: tuple[Declared, ...] = ()


def is_aside(path: str) -> bool:
    """Whether ``path`` is a test, an example or somebody else's code, or has no name to import it by."""
    name = path.split("/")[-1]
    stem = name.removesuffix(".py")
    return not stem.isidentifier() or stem in _ASIDE or bool(_TEST.match(name)) or is_in_a_folder_aside(path)


def is_in_a_folder_aside(path: str) -> bool:
    """Whether ``path`` lies among tests, examples or somebody else's code."""
    return bool(_ASIDE.intersection(path.split("/")[:-1]))


def read(path: str, text: bytes) -> Module | None:
    """None where it is not valid Python of ours."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about the user's strings
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    known: dict[str, tuple[str, ...]] = {}
    imported, stars, tables = set(), [], []
    for node in _top_level(tree.body):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            for name, meant in _imports(node):
                if name == "*":
                    stars.append(meant)
                else:
                    known[name] = (meant,)
                    imported.add(name)
        elif isinstance(node, ast.ClassDef):
            bases = _bases(node)
            known[node.name] = bases
            imported.discard(node.name)
            if bases and _has_table(node):
                tables.append(Declared(_table_name(node), node.lineno, bases))
        elif isinstance(node, (ast.Assign, ast.AnnAssign, ast.Expr)) and node.value is not None:
            made_from = _made_from(node.value)
            for target in _targets(node):
                known[target] = made_from
                imported.discard(target)
            called = _called(node.value)
            if called is not None:
                tables.append(Declared(called, node.value.lineno, made_from))
    return Module(path, known, frozenset(imported), tuple(stars), tuple(tables))


def _top_level(body):
    """What is run at each import; what a condition decides may not be."""
    for node in body:
        if isinstance(node, (ast.Try, ast.With)):
            yield from _top_level(node.body)
        else:
            yield node


def _imports(node):
    if isinstance(node, ast.Import):
        for name in node.names:
            top = name.name.split(".")[0]
            yield (name.asname, name.name) if name.asname else (top, top)
    else:
        origin = "." * node.level + (node.module or "")
        for name in node.names:
            if name.name == "*":
                yield "*", origin
            else:
                dot = "" if origin.endswith(".") else "."
                yield name.asname or name.name, f"{origin}{dot}{name.name}"


def _dotted(node):
    """``db.Model`` of such an expression, ``Base`` of Base[T] and of a call's function; "" of any other."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        inner = _dotted(node.value)
        return f"{inner}.{node.attr}" if inner else ""
    return _dotted(node.value) if isinstance(node, ast.Subscript) else ""


def _made_from(value):
    """What an assigned value gets its metadata from: itself, or for a call the object and the arguments."""
    if not isinstance(value, ast.Call):
        return tuple(filter(None, [_dotted(value)]))
    method = value.func.value if isinstance(value.func, ast.Attribute) else None
    parts = [
        method,
        *value.args[1:2],
        *(word.value for word in value.keywords if word.arg in ("metadata", "cls")),
    ]
    return tuple(filter(None, map(_dotted, filter(None, parts))))


def _targets(node):
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _bases(node):
    """Where the class says itself which metadata it is in, that alone."""
    body = _assigned(node)
    if "__bind_key__" in body:
        return ()
    own = body.get("metadata") or body.get("registry")
    if own is not None:
        return _made_from(own)
    decorators = [one.func if isinstance(one, ast.Call) else one for one in node.decorator_list]
    return tuple(filter(None, map(_dotted, [*node.bases, *decorators])))


def _has_table(node):
    body = _assigned(node)
    if "__abstract__" in body:
        return False
    if _is_sqlmodel(node):
        return any(word.arg == "table" and _is_true(word.value) for word in node.keywords)
    return "__tablename__" in body or "__table__" in body or any(map(_is_primary_key, body.values()))


def _is_sqlmodel(node):
    """It declares a table only where it says so."""
    named = any(word.arg == "table" for word in node.keywords)
    return named or any(_dotted(base).rsplit(".", 1)[-1] == "SQLModel" for base in node.bases)


def _is_true(node):
    return isinstance(node, ast.Constant) and node.value is True


def _is_primary_key(value):
    """Of a class whose base computes the table's name."""
    if not isinstance(value, ast.Call) or _dotted(value.func).rsplit(".", 1)[-1] not in _COLUMNS:
        return False
    return any(word.arg == "primary_key" and _is_true(word.value) for word in value.keywords)


def _assigned(node):
    return {
        target: part.value
        for part in node.body
        if isinstance(part, (ast.Assign, ast.AnnAssign)) and part.value is not None
        for target in _targets(part)
    }


def _table_name(node):
    given = _assigned(node).get("__tablename__")
    if isinstance(given, ast.Constant) and isinstance(given.value, str):
        return given.value
    if _is_sqlmodel(node):
        return node.name.lower()
    # as Flask-SQLAlchemy does
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", node.name).lower()


def _called(value: ast.expr) -> str | None:
    """The name of a Table that is made, None where ``value`` makes none."""
    if not isinstance(value, ast.Call) or _dotted(value.func).rsplit(".", 1)[-1] != "Table":
        return None
    first = value.args[0] if len(value.args) > 1 else None
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None
