"""Pure: the revisions of an environment, read from files and put in order, without any project code."""
