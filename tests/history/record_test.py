import pytest

from migrate_guard.history.record import Record

RECORD = Record(
    frozenset({"app/models.py", "app/local.toml", "migrations/versions/a1.py"}),
    frozenset({"", "app", "migrations/versions"}),
)
THERE = {"app/models.py", "migrations/versions/a1.py", "tools/seed.py", "app/views/page.py", "linked"}


@pytest.mark.parametrize(
    ("edited", "appearing", "touched"),
    [
        ("app/models.py", "", True),
        ("tools/seed.py", "", False),
        ("app/views/page.py", "", False),
        ("", "app/local.toml", True),  # looked for in vain
        ("", "app/more.py", True),  # in a folder that was listed
        ("", "migrations/versions/a2.py", True),
        ("", "tools/other.py", False),
        ("", "tools/new/deep/other.py", False),
        ("", "app/new/deep/other.py", True),  # a folder comes
        ("", "app/views/other.py", False),
        ("", "more.py", True),
        ("app", "", True),  # a link, or a submodule, that leads to what was read
        ("", "app/models.py", True),
        ("", "", False),
    ],
)
def test_what_touches_it(edited, appearing, touched):
    now = THERE ^ {appearing} if appearing else THERE
    assert RECORD.touched({edited} - {""}, {appearing} - {""}, THERE, now) is touched


def test_the_last_file_of_a_folder_goes():
    record = Record(frozenset({"app/models.py"}), frozenset({"app"}))
    assert record.touched((), {"app/old/x.py"}, {"app/models.py", "app/old/x.py"}, {"app/models.py"})
