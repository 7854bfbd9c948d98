"""Training of the reader that is a language model: wordings by form, filled at random."""
