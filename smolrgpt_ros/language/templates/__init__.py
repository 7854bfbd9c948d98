"""Questions with ``<mask>`` placeholders in the benchmark's wordings, read by their cues."""
