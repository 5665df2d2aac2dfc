"""Which commit broke the replay, found among its ancestors."""

import pytest

from migrate_guard.replay.breakage import Search, search

COMMITS = ["newest", "d", "c", "b", "oldest"]


@pytest.mark.parametrize(
    ("runs", "found"),
    [
        (set(COMMITS), Search("newest", None, True)),
        ({"d", "c", "b", "oldest"}, Search("d", "newest", True)),
        ({"b", "oldest"}, Search("b", "c", True)),
        ({"oldest"}, Search("oldest", "b", True)),
        (set(), Search()),
        ({"c"}, Search()),
    ],
)
def test_the_commit_that_broke_it(runs, found):
    assert search(COMMITS, runs.__contains__) == found


@pytest.mark.parametrize("commits", [[], ["only"]])
def test_too_few_to_say(commits):
    assert search(commits, lambda commit: False) == Search()


def test_no_more_are_asked_than_that():
    asked = []

    def runs(commit):
        asked.append(commit)
        return commit > 900

    found = search(range(1001), runs, most=5)

    assert (len(asked), found.next_to_it, found.bad <= 900 < found.good) == (5, False, True)
