"""The page in the browser: what it shows as values, who is let in, and its elements."""
