"""All that controller and worker both import: what they say to each other, one JSON object a line."""
