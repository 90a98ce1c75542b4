"""Fuzzing of what convzoo reads: `python -m fuzz TARGET`, with the extra `fuzz`."""
