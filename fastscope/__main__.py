"""`python -m fastscope`, the same as the command `fastscope`."""

import sys

from .looking.cli import main

if __name__ == "__main__":
    sys.exit(main())
