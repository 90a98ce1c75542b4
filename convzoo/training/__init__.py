"""Training: data sets, the recipes of the zoo's cards, and runs that nothing can break.

It needs Keras with a backend, and NumPy, both imported only when something is trained.
"""
