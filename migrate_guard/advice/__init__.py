"""What somebody else's words about a failure lead to: pure, and free of project code."""
