"""``python -m launcher``: the same as ``cp-simu``."""

import sys

from launcher.cli import main

sys.exit(main())
