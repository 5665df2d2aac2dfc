"""SQLite's pragmas, and the texts that it keeps of what no pragma tells: checks, collations, deferrable, predicates."""

import re
from typing import Dict, List, NamedTuple, Tuple

from migrate_guard.protocol.messages import DatabaseObject

_TOKEN = re.compile(
    r"""(?P<space>\s+|--[^\n]*|/\*.*?\*/)|(?P<text>[xX]?'(?:[^']|'')*')|(?P<quoted>"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^]]*\])"""
    r"""|(?P<word>[^\W\d]\w*|[$@:?]\w*)|(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<sign><<|>>|<=|>=|<>|!=|==|\|\||->>|->|.)""",
    re.S,
)
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$")
_TRUTH = {"true": "1", "false": "0"}
# In this order
_AFFINITIES = (
    ("INTEGER", ("INT",)),
    ("TEXT", ("CHAR", "CLOB", "TEXT")),
    ("BLOB", ("BLOB",)),
    ("REAL", ("REAL", "FLOA", "DOUB")),
)
_TABLE_CONSTRAINTS = {"constraint", "primary", "unique", "check", "foreign"}
# Shadow tables and what SQLite keeps for itself
_NOT_OURS = re.compile(r"sqlite_|android_metadata$", re.I)


def describe(connection):
    def rows(query):
        return connection.exec_driver_sql(query).fetchall()

    found = []
    for schema in [row[1] for row in rows("PRAGMA database_list") if row[1] != "temp"]:
        found += _schema(rows, schema)
    return found


def _schema(rows, schema):
    prefix = "" if schema == "main" else schema + "."
    listing = rows(f"SELECT type, name, tbl_name, sql FROM {_quoted(schema)}.sqlite_master ORDER BY name")
    texts = {(kind, name): sql for kind, name, _, sql in listing}
    for kind, name, table, sql in listing:
        if _NOT_OURS.match(name):
            continue
        if kind == "table":
            yield from _table(rows, schema, prefix, name, sql, texts)
        elif kind == "view":
            content = {"definition": _plain(_after(_tokens(sql), "as"))}
            yield DatabaseObject("view", "", prefix + name, content, text=sql)
        elif kind == "trigger":
            content = {"definition": _plain(_tokens(sql)[2:])}
            yield DatabaseObject("trigger", prefix + table, name, content, text=sql)


def _table(rows, schema, prefix, name, sql, texts):
    table = prefix + name
    body, options = _definition(sql)
    columns = {
        parts[0][1]: parts[1:]
        for parts in body
        if parts[0][1] not in _TABLE_CONSTRAINTS or parts[0][0] == "name"
    }
    constraints = [
        _named(parts) for parts in body if parts[0][0] == "word" and parts[0][1] in _TABLE_CONSTRAINTS
    ]
    autoincrement = "autoincrement" if any("autoincrement" in _words(parts) for parts in body) else ""
    content = {"options": _plain(options), "autoincrement": autoincrement}
    yield DatabaseObject("table", table, table, content, text=sql)

    inner = [
        (constraint, parts)
        for key, tokens in columns.items()
        for constraint, parts in _column_constraints(tokens, key)
    ]
    stated = [*constraints, *inner]
    keys = []
    pragma = f"{_quoted(schema)}.table_xinfo({_quoted(name)})"
    for _, column, type_, not_null, default, key, hidden in rows("PRAGMA " + pragma):
        tokens = columns.get(column.lower(), [])
        if key:
            keys.append((key, column.lower()))
        yield DatabaseObject("column", table, column, {
            "type": re.sub(r"\s+", " ", type_).upper(),
            "nullable": f"NOT NULL{_on_conflict(tokens, 'not', 'null')}" if not_null else "nullable",
            "default": _stored(default or "", type_),
            "generated": _generated(tokens) if hidden in (2, 3) else "",
            "collation": _collation(tokens),
        })  # fmt: skip
    if keys:
        names = [column for _, column in sorted(keys)]
        yield _constraint("primary key", table, f"PRIMARY KEY ({', '.join(names)})", stated, "primary", names)
    yield from _foreign_keys(rows, schema, name, table, stated)
    for constraint, parts in stated:
        if _words(parts)[:1] == ["check"]:
            content = {"definition": f"CHECK ({_plain(parts[1:])})"}
            yield DatabaseObject("check constraint", table, constraint, content, generated=not constraint)
    yield from _indexes(rows, schema, name, table, stated, texts)


def _stored(default, type_):
    """A literal as a column of ``type_`` keeps it; SQLite changes it by the column's affinity (sqlite.org/datatype3.html)."""
    tokens = _tokens(default)
    text = "".join(word for _, word in tokens)
    number = _NUMBER.match(text) or _NUMBER.match(_TRUTH.get(text, ""))
    quoted = len(tokens) == 1 and tokens[0][0] == "text" and tokens[0][1].startswith("'")
    affinity = _affinity(type_)
    if affinity == "TEXT" and number:
        return f"'{_of_number(number[0])}'"
    if affinity in ("INTEGER", "NUMERIC", "REAL"):
        found = number or (_NUMBER.match(text[1:-1].strip()) if quoted else None)
        if found:
            return _in_a_column(found[0])
    return _plain(tokens)


def _in_a_column(literal):
    if not re.search("[.eE]", literal):
        return str(int(literal))
    value = float(literal)
    return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)


def _of_number(literal):
    return repr(float(literal)) if re.search("[.eE]", literal) else str(int(literal))


def _affinity(type_):
    name = type_.upper()
    for affinity, parts in _AFFINITIES:
        if any(part in name for part in parts):
            return affinity
    return "NUMERIC" if name else "BLOB"


def _foreign_keys(rows, schema, name, table, stated):
    found: Dict[int, Tuple[str, str, str, list]] = {}
    for number, _, other, own, theirs, on_update, on_delete, *_ in rows(
        f"PRAGMA {_quoted(schema)}.foreign_key_list({_quoted(name)})"
    ):
        found.setdefault(number, (other, on_update, on_delete, []))[3].append((own.lower(), theirs))
    for other, on_update, on_delete, pairs in found.values():
        if pairs[0][1] is None:  # the other's primary key
            keys = sorted(
                (key, column)
                for _, column, _, _, _, key in rows(f"PRAGMA {_quoted(schema)}.table_info({_quoted(other)})")
                if key
            )
            pairs = [(own, column) for (own, _), (_, column) in zip(pairs, keys)]
        columns = [own for own, _ in pairs]
        text = f"FOREIGN KEY ({', '.join(columns)}) REFERENCES {other.lower()} ({', '.join(str(theirs).lower() for _, theirs in pairs)})"
        text += "".join(
            f" ON {what} {action}"
            for what, action in (("UPDATE", on_update), ("DELETE", on_delete))
            if action != "NO ACTION"
        )
        kept = _stated(stated, ("foreign", "references"), columns)
        words = _words(kept[1]) if kept else []
        if (
            "deferrable" in words
            and "not" not in words[words.index("deferrable") - 1 : words.index("deferrable")]
        ):
            text += " DEFERRABLE" + (" INITIALLY DEFERRED" if "deferred" in words else "")
        constraint = kept[0] if kept else ""
        yield DatabaseObject("foreign key", table, constraint, {"definition": text}, generated=not constraint)


def _indexes(rows, schema, name, table, stated, texts):
    for _, index, unique, origin, *_ in rows(f"PRAGMA {_quoted(schema)}.index_list({_quoted(name)})"):
        if origin == "u":
            found = rows(f"PRAGMA {_quoted(schema)}.index_info({_quoted(index)})")
            columns = [column.lower() for _, _, column in found]
            yield _constraint(
                "unique constraint", table, f"UNIQUE ({', '.join(columns)})", stated, "unique", columns
            )
        elif origin == "c":
            tokens = [
                token
                for token in _after(_tokens(texts["index", index]), "on")[1:]
                if token != ("word", "asc")
            ]
            content = {"unique": "unique" if unique else "", "definition": _plain(tokens, outer=True)}
            yield DatabaseObject("index", table, index, content, text=texts["index", index])


def _constraint(kind, table, text, stated, word, columns):
    found = _stated(stated, (word,), columns)
    name, tokens = found or ("", [])
    text += _on_conflict(tokens, word)
    return DatabaseObject(kind, table, name, {"definition": text}, generated=not name)


def _on_conflict(tokens, *after):
    """What happens to rows that are refused, as it stands behind the words ``after``; "" for what always happens."""
    words, depth = [], 0
    for kind, word in tokens:
        depth += {"(": 1, ")": -1}.get(word, 0) if kind == "sign" else 0
        words += [word] if kind == "word" and not depth and word not in ("key", "asc", "desc") else []
    wanted = [*after, "on", "conflict"]
    at = next((at for at in range(len(words)) if words[at : at + len(wanted)] == wanted), None)
    done = words[at + len(wanted)] if at is not None and at + len(wanted) < len(words) else "abort"
    return "" if done == "abort" else f" ON CONFLICT {done.upper()}"


def _stated(stated, words, columns):
    """(name, tokens) of the constraint of this kind on ``columns``."""
    for name, parts in stated:
        if _words(parts)[:1] and _words(parts)[0] in words and _first_list(parts) == columns:
            return name, parts
    return None


# --- the text


def _tokens(sql):
    """(kind, text) of each; names without their quotes and in lower case, as SQLite compares them."""
    found = []
    for match in _TOKEN.finditer(sql):
        kind, text = match.lastgroup or "", match[0]
        if kind == "quoted":
            found.append(("name", text[1:-1].replace(text[0] * 2, text[0]).lower()))
        elif kind == "word":
            found.append(("word", text.lower()))
        elif kind != "space":
            found.append((kind, text))
    return found


def _definition(sql):
    """(each column and constraint as tokens, the tokens of the table's options)."""
    tokens = _tokens(sql)
    start = tokens.index(("sign", "(")) + 1
    end = _closing(tokens, start)
    return [parts for parts in _split(tokens[start:end]) if parts], tokens[end + 1 :]


def _closing(tokens, start):
    depth = 1
    for at in range(start, len(tokens)):
        depth += {("sign", "("): 1, ("sign", ")"): -1}.get(tokens[at], 0)
        if not depth:
            return at
    return len(tokens)


class Statement(NamedTuple):
    """A CREATE TABLE in raw text: what is before its list, the list's parts, and what follows it."""

    head: str
    parts: List[str]
    tail: str


def statement(sql):
    """``sql`` as a Statement."""
    starts: List[int] = []
    depth = at = 0
    for match in _TOKEN.finditer(sql):
        if match["sign"] == "(":
            depth += 1
            if depth == 1 and not starts:
                starts = [match.end()]
        elif match["sign"] == ")":
            depth -= 1
            if not depth:
                at = match.start()
                break
        elif match["sign"] == "," and depth == 1:
            starts.append(match.end())
    ends = [*(start - 1 for start in starts[1:]), at]
    return Statement(sql[: starts[0]], [sql[a:b].strip() for a, b in zip(starts, ends)], sql[at:])


def called(part):
    """What a part of a CREATE TABLE is: ("column", its name), or a constraint's kind and what makes it that one."""
    tokens = _tokens(part)
    if tokens[0][0] == "name" or tokens[0][1] not in _TABLE_CONSTRAINTS:
        return "column", tokens[0][1]
    _, rest = _named(tokens)
    kind = rest[0][1]
    return (kind, f"CHECK ({_plain(rest[1:])})") if kind == "check" else (kind, ", ".join(_first_list(rest)))


def _split(tokens):
    parts: List[list] = [[]]
    depth = 0
    for token in tokens:
        depth += {("sign", "("): 1, ("sign", ")"): -1}.get(token, 0)
        if token == ("sign", ",") and not depth:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def _named(tokens):
    """(name, the rest) of a constraint; name "" where it has none."""
    if tokens[0] == ("word", "constraint"):
        return tokens[1][1], tokens[2:]
    return "", tokens


def _column_constraints(tokens, column):
    """(name, tokens) of each that a column states; those of keys as if they stood beside the columns."""
    name, at = "", 0
    own = [("sign", "("), ("name", column), ("sign", ")")]
    while at < len(tokens):
        kind, word = tokens[at]
        if kind == "word" and word == "constraint":
            name, at = tokens[at + 1][1], at + 2
            continue
        if kind == "word" and word == "check":
            end = _closing(tokens, at + 2)
            yield name, tokens[at : end + 1]
            name, at = "", end
        elif kind == "word" and word in ("primary", "unique", "references"):
            following = [
                i
                for i in range(at + 1, len(tokens))
                if tokens[i] in (("word", "constraint"), ("word", "check"))
            ]
            yield name, [(kind, word), *own, *tokens[at + 1 : (following or [len(tokens)])[0]]]
            name = ""
        elif tokens[at] == ("sign", "("):
            at = _closing(tokens, at + 1)
        at += 1


def _first_list(tokens):
    if ("sign", "(") not in tokens:
        return []
    start = tokens.index(("sign", "(")) + 1
    return [parts[0][1] for parts in _split(tokens[start : _closing(tokens, start)]) if parts]


def _generated(tokens):
    at = tokens.index(("word", "as"))
    end = _closing(tokens, at + 2)
    kept = "stored" if ("word", "stored") in tokens[end:] else "virtual"
    return f"{kept} {_plain(tokens[at + 1 : end + 1])}"


def _collation(tokens):
    depth = 0
    for at, token in enumerate(tokens):
        depth += {("sign", "("): 1, ("sign", ")"): -1}.get(token, 0)
        if token == ("word", "collate") and not depth:
            return "" if tokens[at + 1][1] == "binary" else tokens[at + 1][1].upper()
    return ""


def _after(tokens, word):
    return tokens[tokens.index(("word", word)) + 1 :]


def _plain(tokens, outer=False):
    """As text, one space between tokens; without the parentheses around all of it unless ``outer``."""
    while not outer and tokens[:1] == [("sign", "(")] and _closing(tokens, 1) == len(tokens) - 1:
        tokens = tokens[1:-1]
    return " ".join(text for _, text in tokens)


def _words(tokens):
    return [text for kind, text in tokens if kind == "word"]


def _quoted(name):
    return '"{}"'.format(name.replace('"', '""'))
