"""`python -m sigap` is the command line."""

from sigap.cli import main

main()
