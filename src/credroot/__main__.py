"""Run the command line: ``python -m credroot``."""

from credroot.app.cli import main

if __name__ == "__main__":
    main()
