"""Design spaces: stacks with alternatives, every point of which is an architecture.

NumPy is imported only when a space is swept.
"""
