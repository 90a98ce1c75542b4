"""Mutation testing: plants faults in convzoo and asks whether the tests see them."""
