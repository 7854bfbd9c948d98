"""Views of answers, and the marks that pictures and markers draw of them."""
