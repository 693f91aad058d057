"""`python -m tinyml` is the command `tinyml`."""

from tinyml.cli import main

main()
