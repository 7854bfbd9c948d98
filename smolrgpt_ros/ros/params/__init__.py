"""Parameters: declared, checked, read as typed values."""
