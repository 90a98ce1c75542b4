"""Pages that are made from the code, each by a plain function."""
