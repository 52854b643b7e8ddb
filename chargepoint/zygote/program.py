"""The zygote's command line."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from chargepoint.zygote.nursery import Nursery
from chargepoint.zygote.warm_up import EndWanted, warm_up


def main() -> int:
    """Warm up, then serve; returns the exit code."""
    parser = argparse.ArgumentParser(prog="zygote", description="Fork charge points for supervisord.")
    parser.add_argument("--socket", type=Path, required=True, help="where births are asked for")
    parser.add_argument("--room", help="anything: its place is where charge points write their own command lines")
    options = parser.parse_args()
    try:
        warm_up()
        Nursery(options.socket).run()
    except EndWanted:
        pass
    except OSError as error:
        sys.stderr.write(f"zygote: {options.socket}: {error.strerror}\n")
        return 1
    return 0
