"""The words of databases for what is there already, and for what is not."""

import pytest

from migrate_guard.advice.conflicts import NOT_THERE, THERE, conflict

SAID = {
    # SQLite
    "(sqlite3.OperationalError) table user already exists": ("table user", THERE),
    "(sqlite3.OperationalError) index ix_user_name already exists": ("index ix_user_name", THERE),
    "(sqlite3.OperationalError) duplicate column name: phone": ("column phone", THERE),
    "(sqlite3.OperationalError) there is already another table or index with this name: post": ("table post", THERE),
    "(sqlite3.OperationalError) no such table: user": ("table user", NOT_THERE),
    '(sqlite3.OperationalError) no such column: "phone"': ("column phone", NOT_THERE),
    "(sqlite3.OperationalError) no such index: ix_user_name": ("index ix_user_name", NOT_THERE),
    # Alembic's batches
    "ValueError: No such constraint: 'fk_post'": ("constraint fk_post", NOT_THERE),
    "sqlalchemy.exc.NoSuchTableError: user": ("table user", NOT_THERE),
    "KeyError: 'phone'": ("phone", NOT_THERE),
    # PostgreSQL
    '(psycopg.errors.DuplicateTable) relation "user" already exists': ("relation user", THERE),
    '(psycopg.errors.DuplicateColumn) column "phone" of relation "user" already exists': ("column phone", THERE),
    '(psycopg.errors.DuplicateObject) type "mood" already exists': ("type mood", THERE),
    '(psycopg.errors.DuplicateObject) constraint "fk" for relation "t" already exists': ("constraint fk", THERE),
    '(psycopg.errors.DuplicateObject) enum label "sad" already exists': ("enum label sad", THERE),
    'multiple primary keys for table "t" are not allowed': ("primary key t", THERE),
    'function "f" already exists with same argument types': ("function f", THERE),
    'relation "shop.item" does not exist': ("relation shop.item", NOT_THERE),
    'column "c" of relation "t" does not exist': ("column c", NOT_THERE),
    'constraint "fk" of relation "t" does not exist': ("constraint fk", NOT_THERE),
    "function f(integer, text) does not exist": ("function f", NOT_THERE),
    'type "mood" does not exist': ("type mood", NOT_THERE),
    'index "ix" does not exist': ("index ix", NOT_THERE),
    # MariaDB and MySQL
    "(1050, \"Table 'user' already exists\")": ("table user", THERE),
    "(1060, \"Duplicate column name 'phone'\")": ("column phone", THERE),
    "(1061, \"Duplicate key name 'ix'\")": ("key ix", THERE),
    "(1068, 'Multiple primary key defined')": ("primary key", THERE),
    "(1826, \"Duplicate foreign key constraint name 'fk'\")": ("foreign key fk", THERE),
    '(1005, \'Can\'t create table `x`.`t` (errno: 121 "Duplicate key on write or update")\')': ("table x", THERE),
    "(1091, \"Can't DROP COLUMN `phone`; check that it exists\")": ("column phone", NOT_THERE),
    "(1091, \"Can't DROP 'phone'; check that column/key exists\")": ("phone", NOT_THERE),
    "(1146, \"Table 'app.user' doesn't exist\")": ("table app.user", NOT_THERE),
    "(1051, \"Unknown table 'app.user'\")": ("table app.user", NOT_THERE),
    "(1054, \"Unknown column 'c' in 't'\")": ("column c", NOT_THERE),
    # Oracle, SQL Server
    "ORA-00942: table or view does not exist": ("an object", NOT_THERE),
    "There is already an object named 'user' in the database.": ("object user", THERE),
}  # fmt: skip


@pytest.mark.parametrize("words", SAID)
def test_what_is_there_or_not(words):
    found = conflict(words)
    assert (found.object, found.state) == SAID[words]


@pytest.mark.parametrize(
    "words",
    [
        "(sqlite3.IntegrityError) NOT NULL constraint failed: user.phone",
        "(psycopg.errors.UniqueViolation) duplicate key value violates unique constraint",
        '(psycopg.errors.UndefinedObject) role "app" does not exist',
        "NameError: name 'sqlmodel' is not defined",
        "(sqlite3.OperationalError) near ALTER: syntax error\n[SQL: -- table user already exists]",
    ],
)
def test_about_something_else(words):
    assert conflict(words) is None


@pytest.mark.parametrize(
    ("words", "held"),
    [
        ("duplicate column name: phone\n[SQL: ALTER TABLE user ADD COLUMN phone VARCHAR(20)]", True),
        ("no such column: phone\n[SQL: ALTER TABLE user DROP COLUMN phone]", True),
        ("no such table: users\n[SQL: ALTER TABLE users RENAME TO user]", True),
        ("no such column: first\n[SQL: UPDATE user SET name = first || last]", True),
        ("no such table: usr\n[SQL: ALTER TABLE usr ADD COLUMN phone VARCHAR(20)]", False),
        ('function "f" does not exist\n[SQL: \n  CREATE TRIGGER t AFTER INSERT ON a EXECUTE FUNCTION f()]', False),
    ],
)  # fmt: skip
def test_what_may_be_done_already(words, held):
    """Only something new can fail to be made for the lack of something else: no older database has more of it."""
    assert conflict(words).held is held
