"""Models that say something else at each import."""

import re

SCREEN = """\
error[drift] migrations
  models and history differ in 2 points.
    models.py:14: alter column user.token
        the models say server default <VALUE>, the
          history says server default '4ab1b3c8-0f5e-4d4e-8f0b-6c1f7a3f4e11'
        the models say something else at each import
    models.py:15: alter column user.since
        the models say server default <VALUE>, the history
          says server default '2024-05-06T07:08:09.101112'
        the models say something else at each import
    A value that Python makes while it imports the models (random, the time) is
      another one in each process, so no revision can hold it: give a constant,
      let the database make it, or use default= with a function.
"""


def known(screen):
    """Without the values of this import."""
    return re.sub(r"(?<=models say server default )[0-9a-fT:.-]+,", "<VALUE>,", screen)


def test_named_as_such(project, said):
    result = project("unsteady_models").guard("check")

    assert result.returncode == 1
    assert known(said(result)).startswith(SCREEN + "\nmigrations: 1 revision")


def test_what_the_parent_commit_has_in_other_words_is_old(project, said):
    checkout = project("unsteady_models")
    checkout.write("settings.py", "DEBUG = False\n")
    checkout.git("add", ".")

    result = checkout.guard("check", "--staged")

    assert result.returncode == 0
    line = "2 differences were there before this commit; `migrate-guard check` lists them.\n"
    assert said(result).startswith(line)


def test_the_rest_is_not_taken_for_it(project, said):
    """One default is the same each time, and only differs from the history."""
    checkout = project("unsteady_models")
    checkout.replace("models.py", 'datetime.now().isoformat(timespec="microseconds")', '"2024"')

    result = checkout.guard("check")

    assert result.returncode == 1
    assert result.stdout.count("the models say something else at each import") == 1
    assert "say something else at each import\n    models.py:15: alter column user.since\n" in result.stdout


def test_fix_refuses_to_write_it_down(project, said):
    checkout = project("unsteady_models")
    checkout.replace("migrations/env.py", "compare_server", "render_as_batch=True, compare_server")

    result = checkout.guard("fix", "-m", "defaults")

    assert result.returncode == 1
    assert "with the new revision, models and history differ in 2 points" in result.stdout
    assert "A value that Python makes while it imports the models" in result.stdout
    assert result.stdout.endswith("\nNothing was written.\n")
