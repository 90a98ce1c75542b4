"""`python -m convzoo`."""

from convzoo.cli import main

main()
