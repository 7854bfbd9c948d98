"""Questions to grounded prompts, answer sentences to typed values. Pure Python."""
