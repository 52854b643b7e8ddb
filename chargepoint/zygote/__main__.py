"""``python -m chargepoint.zygote``: fork charge points for supervisord until SIGTERM."""

from __future__ import annotations

import sys

from chargepoint.zygote.names import lay_names


def main() -> int:
    """Lay the names of everything else before it is loaded; returns the exit code."""
    lay_names()
    from chargepoint.zygote.program import main

    return main()


sys.exit(main())
