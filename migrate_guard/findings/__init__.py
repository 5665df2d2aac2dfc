"""What is wrong with a commit, as data: findings, by what they are known again, and what a project accepts."""
