"""Performance claims, each measured with both sides in one run.

python -m benchmarks                 # all
python -m benchmarks cold_start      # one
python -m benchmarks --write         # and keep the tables for the site
"""
