"""Small networks for handwritten digits, for convzoo."""
