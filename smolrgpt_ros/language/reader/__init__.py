"""The grammar: a typed question to its meaning."""
