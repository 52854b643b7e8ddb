"""``python -m chargepoint.zygote``: fork charge points for supervisord until SIGTERM."""

from __future__ import annotations

import sys

from chargepoint.zygote.laying import lay_classes, lay_names
from chargepoint.zygote.pilot import find_out


def main() -> int:
    """Lay what is used of everything else before that is loaded; returns the exit code."""
    names, classes = find_out()
    lay_names(names)
    lay_classes(classes)
    from chargepoint.zygote.program import main

    return main()


sys.exit(main())
