"""What is to be renamed after a table or a column was."""

from migrate_guard.protocol.messages import DatabaseObject, Described, Rename
from migrate_guard.schema.followers import followers


def key(name, column, generated=True, table="awards"):
    return DatabaseObject(
        "foreign key", table, name, {"definition": f"FOREIGN KEY ({column}) REFERENCES x (id)"}, generated
    )


def renamed(history, models):
    described = [Described("", False, history), Described("", True, models)]
    return [
        (one.old, one.new) for one in followers(described, [Rename("", "column", "awards", "icon", "mark")])
    ]


def test_names_that_the_engine_counts_do_not_follow():
    history = [key("awards_ibfk_1", "user_id"), key("awards_ibfk_2", "team_id")]
    assert renamed(history, [key("awards_ibfk_2", "user_id"), key("awards_ibfk_1", "team_id")]) == []


def test_names_that_the_engine_makes_of_the_column_follow():
    history = [key("awards_icon_fkey", "mark")]
    assert renamed(history, [key("awards_mark_fkey", "mark")]) == [("awards_icon_fkey", "awards_mark_fkey")]


def test_names_that_somebody_chose_follow():
    history = [key("to_icon", "mark", generated=False)]
    assert renamed(history, [key("of_mark", "mark", generated=False)]) == [("to_icon", "of_mark")]
