"""Run the command line as ``python -m gridblock``."""

from gridblock.cli import main

if __name__ == "__main__":
    main()
