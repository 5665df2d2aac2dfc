"""Values for rows, as SQL, by the type of their column: what both its type of before and that of after take."""

import re
from typing import Dict, List

# From what takes the fewest texts to what takes all
_RANKS = ("boolean", "uuid", "date", "moment", "time", "json", "integer", "number", "text")
_KINDS = (
    ("boolean", r"bool(ean)?|tinyint\(1\)( unsigned)?"),
    ("uuid", r"uuid|uniqueidentifier|char\(32\)|char\(36\)"),
    ("date", r"date"),
    ("moment", r"(timestamp|datetime)\b.*"),
    ("time", r"time\b.*"),
    ("json", r"jsonb?"),
    ("integer", r"(tiny|small|medium|big)?int(eger)?\b.*|(small|big)?serial|oid|year.*"),
    ("number", r"(numeric|decimal|float|double|real|money)\b.*"),
    ("text", r"(national )?(var)?char\b.*|n?(var)?char\b.*|character\b.*|(tiny|medium|long)?text\b.*|citext|name|clob|string.*|varying.*"),
)  # fmt: skip
_LENGTH = re.compile(r"\((\d+)\)")
_SCALE = re.compile(r"\((\d+),\s*(\d+)\)")
# Texts of types that stand alone; {0} is the number of the row
_ALONE = (
    (r"bytea|.*blob|(var)?binary.*", ("'a{0}'",)),
    (r"interval.*", ("'{0} day'",)),
    (r"inet", ("'10.0.0.{0}'",)),
    (r"cidr", ("'10.0.{0}.0/24'",)),
    (r"macaddr8?", ("'08:00:2b:01:02:0{0}'",)),
    (r"tsvector|tsquery", ("'a{0}'",)),
    (r"xml", ("'<a>{0}</a>'",)),
    (r"(int4|int8|num)range", ("'[{0}0,{0}9)'",)),
    (r"(int4|int8|num)multirange", ("'{{[{0}0,{0}9)}}'",)),
    (r"(date|ts|tstz)range", ("'[2020-0{0}-01,2020-0{0}-09)'",)),
    (r"point", ("'({0},{0})'", "ST_GeomFromText('POINT({0} {0})')")),
    (r"(lseg|box|path|polygon)", ("'(({0},{0}),(9,9))'", "ST_GeomFromText('POLYGON((0 0,0 {0},{0} {0},0 0))')")),
    (r"circle", ("'<(1,1),{0}>'",)),
    (r"line", ("'{{1,1,{0}}}'",)),
    (r"(public\.)?hstore", ("'a=>{0}'",)),
    (r"(public\.)?ltree", ("'a{0}'",)),
    (r"(public\.)?(geometry|geography).*", ("'SRID=4326;POINT({0} {0})'", "'POINT({0} {0})'", "ST_GeomFromText('POINT({0} {0})')")),
    (r"pg_lsn", ("'0/{0}'",)),
)  # fmt: skip
_ANYTHING = ("'a{0}'", "'{0}'", "'{{}}'", "'({0})'", "'[{0}]'", "'2020-01-0{0}'", "''")


def candidates(type_: str, later: str, values: Dict[str, List[str]], number: int) -> List[str]:
    """SQL for a value of the type ``type_`` in the row ``number``, counted from 1, the likeliest first.

    ``later`` is what the type becomes, ``values`` are those of enums by their names.
    """
    found = _listed(type_, values), _listed(later, values)
    both = [value for value in (found[0] or ()) if found[1] is None or value in found[1]]
    chosen = both or found[0] or found[1]
    if chosen:
        return [_literal(chosen[(number - 1 + at) % len(chosen)]) for at in range(len(chosen))]
    if type_.endswith("[]"):
        return _arrays(type_, later, values, number)
    kinds = [_kind(type_), _kind(later)]
    if None in kinds:
        return _alone(type_, number)
    kind = min(kinds, key=_RANKS.index)
    longest = min(_length(one) for one in (type_, later))
    return list(dict.fromkeys(_of(kind, type_, later, number, longest)))


def is_strange(type_: str) -> bool:
    """Whether nothing here knows what it takes, so that several texts have to be tried."""
    return _kind(type_) is None


def literals(expression: str) -> List[str]:
    """SQL for values that the condition ``expression`` may mean: its literals, and the numbers beside them."""
    found = list(re.findall(r"'(?:[^']|'')*'", expression))
    rest = re.sub(r"'(?:[^']|'')*'", " ", expression)
    for text in re.findall(r"(?<![\w.])-?\d+(?:\.\d+)?(?![\w.])", rest):
        number = float(text) if "." in text else int(text)
        found += [f"'{number + more}'" for more in (0, 1, -1)]
    return list(dict.fromkeys(found))


def _listed(type_, values):
    """The values of an enum, None where it is none."""
    if not type_:
        return None
    plain = type_.replace('"', "")
    if plain in values:
        return values[plain]
    found = re.match(r"(?:enum|set)\((.*)\)$", type_, re.I | re.S)
    return [one.replace("''", "'") for one in re.findall(r"'((?:[^']|'')*)'", found[1])] if found else None


def _arrays(type_, later, values, number):
    inner = later[:-2] if later.endswith("[]") else later
    items = candidates(type_[:-2], inner, values, number)
    plain = [item[1:-1] for item in items if item.startswith("'")]
    return [*("'{{\"{}\"}}'".format(item.replace('"', '\\"')) for item in plain), "'{}'"]


def _kind(type_):
    bare = type_.lower().strip()
    return next((kind for kind, pattern in _KINDS if re.fullmatch(pattern, bare)), None)


def _length(type_):
    found = _LENGTH.search(type_)
    return int(found[1]) if found and _kind(type_) in ("text", "uuid") else 255


def _alone(type_, number):
    bare = type_.lower().strip()
    found = re.fullmatch(r"(public\.)?(half|sparse)?vec(?:tor)?\((\d+)\)", bare)
    if found:
        return ["'[{}]'".format(",".join([str(number)] * int(found[3])))]
    found = re.fullmatch(r"(?:bit|bit varying|varbit)(?:\((\d+)\))?", bare)
    if found:
        return [f"b'{str(number % 2) * int(found[1] or 1)}'"]
    for pattern, texts in _ALONE:
        if re.fullmatch(pattern, bare):
            return [text.format(number) for text in (*texts, *_ANYTHING)]
    return [text.format(number) for text in _ANYTHING]


def _of(kind, type_, later, number, longest):
    if kind == "boolean":
        yield from (_literal(str(number % 2)), _literal(str((number + 1) % 2)))
    elif kind == "uuid":
        hexadecimal = f"0000000000004000800000000000{number:04d}"
        dashed = "-".join(hexadecimal[a:b] for a, b in ((0, 8), (8, 12), (12, 16), (16, 20), (20, 32)))
        yield from map(_literal, (hexadecimal, dashed) if longest == 32 else (dashed, hexadecimal))
    elif kind == "date":
        yield from map(_literal, (f"2020-01-{number:02d}", f"2030-06-{number:02d}"))
    elif kind == "moment":
        yield from map(_literal, (f"2020-01-{number:02d} 03:04:05", f"2030-06-{number:02d} 03:04:05"))
    elif kind == "time":
        yield _literal(f"03:04:{number:02d}")
    elif kind == "json":
        yield from map(_literal, ("{}", "[]", f"{number}", f'{{"a": {number}}}'))
    elif kind in ("integer", "number"):
        yield from map(_literal, _numbers(type_, later, number))
    else:
        words = (f"a{number}", str(number), chr(ord("a") + number % 26), f"a{number}@example.org", f"2020-01-{number:02d}",
                 f"A{number}", f"https://example.org/{number}", f"+1555000{number:04d}", "{}", "")  # fmt: skip
        yield from (_literal(word) for word in words if len(word) <= longest)


def _numbers(type_, later, number):
    found = [str(number), str(number + 10), str(number + 100), str(number + 1000), "0", str(-number)]
    scales = [_SCALE.search(one) for one in (type_, later)]
    if any(one and int(one[1]) <= int(one[2]) for one in scales):
        found = [f"0.{number}", "0"]
    return found


def _literal(text):
    return "'{}'".format(text.replace("'", "''"))
