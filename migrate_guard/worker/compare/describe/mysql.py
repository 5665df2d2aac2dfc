"""MySQL's and MariaDB's information_schema, of the one database that the connection has chosen."""

import re
from collections import defaultdict
from typing import Dict, List

from migrate_guard.protocol.messages import DatabaseObject

# What the servers call constraints and indexes that were given no name
_CHOSEN = re.compile(r"CONSTRAINT_\d+$|.+_(ibfk|chk)_\d+$|.+_\d+$", re.I)


def describe(connection):
    def rows(query):
        found = connection.exec_driver_sql(query).mappings().fetchall()
        return [{name.lower(): _text(value) for name, value in row.items()} for row in found]

    (own,) = (row["name"] for row in rows("SELECT DATABASE() AS name"))
    keys = list(_foreign_keys(rows, own))
    chosen = {one.name for one in keys}
    found = [*_tables(rows), *_columns(rows, own), *keys, *_indexes(rows, chosen), *_checks(rows)]
    return found + [*_views(rows, own), *_routines(rows), *_triggers(rows), *_sequences(rows), *_events(rows)]


def _text(value):
    return value.decode() if isinstance(value, (bytes, bytearray)) else value


_HERE = "TABLE_SCHEMA = DATABASE()"


def _tables(rows):
    partitions = _partitions(rows)
    for row in rows(
        f"SELECT * FROM information_schema.TABLES WHERE {_HERE} AND TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED')"
    ):
        yield DatabaseObject("table", row["table_name"], row["table_name"], {
            "engine": row["engine"] or "", "collation": row["table_collation"] or "", "comment": row["table_comment"] or "",
            "options": (row["create_options"] or "").strip(), "kind": "" if row["table_type"] == "BASE TABLE" else row["table_type"],
            "partitions": partitions.get(row["table_name"], ""),
        })  # fmt: skip


def _partitions(rows):
    """How each table is divided, by its name."""
    found: Dict[str, List[str]] = {}
    for row in rows(
        f"SELECT * FROM information_schema.PARTITIONS WHERE {_HERE} AND PARTITION_NAME IS NOT NULL "
        "ORDER BY TABLE_NAME, PARTITION_ORDINAL_POSITION"
    ):
        by = f"BY {row['partition_method']} ({row['partition_expression'] or ''})"
        limit = f" {row['partition_description']}" if row["partition_description"] else ""
        found.setdefault(row["table_name"], [by]).append(f"{row['partition_name']}{limit}")
    return {table: ", ".join(dict.fromkeys(parts)) for table, parts in found.items()}


def _events(rows):
    """What the server runs by the clock; when it was made is no part of it."""
    for row in rows("SELECT * FROM information_schema.EVENTS WHERE EVENT_SCHEMA = DATABASE()"):
        every = f"EVERY {row['interval_value']} {row['interval_field']}" if row["interval_value"] else "once"
        content = {"when": every, "definition": row["event_definition"], "status": row["status"]}
        yield DatabaseObject("event", "", row["event_name"], content)


def _columns(rows, own):
    query = (
        "SELECT c.*, t.TABLE_COLLATION FROM information_schema.COLUMNS c JOIN information_schema.TABLES t "
        "ON t.TABLE_SCHEMA = c.TABLE_SCHEMA AND t.TABLE_NAME = c.TABLE_NAME "
        "WHERE c.TABLE_SCHEMA = DATABASE() AND t.TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED')"
    )
    for row in rows(query):
        default = row["column_default"]
        # MySQL tells an expression from a text by what EXTRA says.
        extra = row["extra"] or ""
        collation = row["collation_name"] or ""
        yield DatabaseObject("column", row["table_name"], row["column_name"], {
            "type": row["column_type"], "nullable": "nullable" if row["is_nullable"] == "YES" else "NOT NULL",
            "default": "" if default in (None, "NULL") else default.replace(f"`{own}`.", ""), "extra": extra,
            "generated": row.get("generation_expression") or "",
            "collation": "" if collation == row["table_collation"] else collation, "comment": row["column_comment"] or "",
        })  # fmt: skip


def _indexes(rows, keys):
    parts = defaultdict(list)
    for row in rows(
        f"SELECT * FROM information_schema.STATISTICS WHERE {_HERE} ORDER BY TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX"
    ):
        parts[row["table_name"], row["index_name"]].append(row)
    for (table, name), columns in parts.items():
        text = ", ".join(map(_part, columns))
        first = columns[0]
        if name == "PRIMARY":
            yield DatabaseObject(
                "primary key", table, name, {"definition": f"PRIMARY KEY ({text})"}, generated=True
            )
            continue
        hidden = "ignored" if first.get("ignored") == "YES" or first.get("is_visible") == "NO" else ""
        yield DatabaseObject("index", table, name, {
            "unique": "" if int(first["non_unique"]) else "unique",
            "definition": f"({text})" if first["index_type"] == "BTREE" else f"{first['index_type']} ({text})",
            "hidden": hidden, "comment": first["index_comment"] or "",
        }, generated=name in keys or name == first["column_name"] or bool(_CHOSEN.match(name)))  # fmt: skip


def _part(row):
    name = row["column_name"] or f"({row.get('expression')})"
    length = f"({row['sub_part']})" if row["sub_part"] else ""
    return name + length + (" DESC" if row["collation"] == "D" else "")


def _foreign_keys(rows, own):
    query = (
        "SELECT r.TABLE_NAME, r.CONSTRAINT_NAME, r.UPDATE_RULE, r.DELETE_RULE, k.COLUMN_NAME, k.REFERENCED_TABLE_SCHEMA, "
        "k.REFERENCED_TABLE_NAME, k.REFERENCED_COLUMN_NAME FROM information_schema.REFERENTIAL_CONSTRAINTS r "
        "JOIN information_schema.KEY_COLUMN_USAGE k ON k.CONSTRAINT_SCHEMA = r.CONSTRAINT_SCHEMA "
        "AND k.TABLE_NAME = r.TABLE_NAME AND k.CONSTRAINT_NAME = r.CONSTRAINT_NAME "
        "WHERE r.CONSTRAINT_SCHEMA = DATABASE() ORDER BY k.ORDINAL_POSITION"
    )
    parts = defaultdict(list)
    for row in rows(query):
        parts[row["table_name"], row["constraint_name"]].append(row)
    for (table, name), columns in parts.items():
        first = columns[0]
        schema = first["referenced_table_schema"]
        other = (
            first["referenced_table_name"] if schema == own else f"{schema}.{first['referenced_table_name']}"
        )
        text = f"FOREIGN KEY ({_names(columns, 'column_name')}) REFERENCES {other} ({_names(columns, 'referenced_column_name')})"
        # NO ACTION is RESTRICT there, in other words.
        for what in ("update", "delete"):
            if first[f"{what}_rule"] not in ("NO ACTION", "RESTRICT"):
                text += f" ON {what.upper()} {first[f'{what}_rule']}"
        yield DatabaseObject(
            "foreign key", table, name, {"definition": text}, generated=bool(_CHOSEN.match(name))
        )


def _names(rows, key):
    return ", ".join(row[key] for row in rows)


def _checks(rows):
    has_table = rows(
        "SELECT 1 AS one FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = 'information_schema' "
        "AND TABLE_NAME = 'CHECK_CONSTRAINTS' AND COLUMN_NAME = 'TABLE_NAME'"
    )
    if has_table:  # MariaDB
        query = "SELECT *, 'YES' AS ENFORCED FROM information_schema.CHECK_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = DATABASE()"
    else:
        query = (
            "SELECT c.CONSTRAINT_NAME, c.CHECK_CLAUSE, t.TABLE_NAME, t.ENFORCED FROM information_schema.CHECK_CONSTRAINTS c "
            "JOIN information_schema.TABLE_CONSTRAINTS t ON t.CONSTRAINT_SCHEMA = c.CONSTRAINT_SCHEMA "
            "AND t.CONSTRAINT_NAME = c.CONSTRAINT_NAME WHERE c.CONSTRAINT_SCHEMA = DATABASE()"
        )
    for row in rows(query):
        name = row["constraint_name"]
        # MariaDB calls the check of a column like the column.
        chosen = row.get("level") == "Column" or bool(_CHOSEN.match(name))
        text = f"CHECK ({row['check_clause']})" + ("" if row["enforced"] == "YES" else " NOT ENFORCED")
        yield DatabaseObject(
            "check constraint", row["table_name"], name, {"definition": text}, generated=chosen
        )


def _views(rows, own):
    for row in rows(f"SELECT * FROM information_schema.VIEWS WHERE {_HERE}"):
        yield DatabaseObject(
            "view", "", row["table_name"], {"definition": row["view_definition"].replace(f"`{own}`.", "")}
        )


def _routines(rows):
    for row in rows("SELECT * FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = DATABASE()"):
        content = {"definition": row["routine_definition"] or "", "returns": row["dtd_identifier"] or ""}
        yield DatabaseObject("function", "", row["routine_name"], content)


def _triggers(rows):
    for row in rows("SELECT * FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE()"):
        content = {
            "when": f"{row['action_timing']} {row['event_manipulation']}",
            "definition": row["action_statement"],
        }
        yield DatabaseObject("trigger", row["event_object_table"], row["trigger_name"], content)


def _sequences(rows):
    for row in rows(
        f"SELECT TABLE_NAME FROM information_schema.TABLES WHERE {_HERE} AND TABLE_TYPE = 'SEQUENCE'"
    ):
        name = row["table_name"]
        (values,) = rows(f"SELECT * FROM `{name}`")
        kept = {
            key: str(value)
            for key, value in values.items()
            if key not in ("next_not_cached_value", "cycle_count")
        }
        yield DatabaseObject("sequence", "", name, kept)
