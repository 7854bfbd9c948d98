"""Random questions of the whole query language about simulated frames, against the exact truth."""
