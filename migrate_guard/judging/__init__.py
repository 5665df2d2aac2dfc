"""The way of one source from git to a result.

Its doors: ``run.Run`` gives what is to be judged (``scopes``) and the ``case.Case`` of each; ``judge.report`` judges a case.
Who writes for a case asks it as well, and has ``facts.gather`` what the checks need. Scopes, facts and reports are
values.
"""
