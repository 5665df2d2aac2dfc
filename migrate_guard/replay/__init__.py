"""From where a history is judged: its base, an earlier commit's models, or a dump."""
