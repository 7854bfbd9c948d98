"""From the words of a question to its meaning, by rules."""
