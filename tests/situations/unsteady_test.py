"""Models that say something else at each import."""

import re


def test_named_as_such(project, shows):
    result = project("unsteady_models").guard("check")

    assert result.returncode == 1
    values = re.findall(r"(?<=models say server default )[0-9a-fT:.-]+(?=,)", result.stdout)
    shows(result, "drift", "other values at each import", TOKEN=values[0], SINCE=values[1])


def test_what_the_parent_commit_has_in_other_words_is_old(project, shows):
    checkout = project("unsteady_models")
    checkout.write("settings.py", "DEBUG = False\n")
    checkout.git("add", ".")

    result = checkout.guard("check", "--staged")

    assert result.returncode == 0
    shows(result, "older", "in other words")


def test_the_rest_is_not_taken_for_it(project):
    """One default is the same each time, and only differs from the history."""
    checkout = project("unsteady_models")
    checkout.replace("models.py", 'datetime.now().isoformat(timespec="microseconds")', '"2024"')

    result = checkout.guard("check")

    assert result.returncode == 1
    assert result.stdout.count("the models say something else at each import") == 1
    assert "say something else at each import\n    models.py:15: alter column user.since\n" in result.stdout


def test_fix_refuses_to_write_it_down(project):
    checkout = project("unsteady_models")
    checkout.replace("migrations/env.py", "compare_server", "render_as_batch=True, compare_server")

    result = checkout.guard("fix", "-m", "defaults")

    assert result.returncode == 1
    assert "with the new revision, models and history differ in 2 points" in result.stdout
    assert "A value that Python makes while it imports the models" in result.stdout
    assert result.stdout.endswith("\nNothing was written.\n")
