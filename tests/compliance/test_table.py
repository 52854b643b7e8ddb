"""Every charge point case of the compliance tool for OCPP 1.6 is named by a test, in its name or its docstring."""

from __future__ import annotations

import ast
import csv
import re
from collections.abc import Iterator
from pathlib import Path

from chargepoint.dialects.v16.session import SENDS
from tests.support.bench import Bench
from tests.support.tables import all_actions

TESTS = Path(__file__).parents[1]
CASES = Path(__file__).parent / "v16" / "cases.tsv"

NOT_AUTOMATED: dict[str, str] = {}
"""Cases that no test can play, with the reason."""


def cases() -> dict[str, str]:
    """Id and title of every case."""
    with CASES.open(newline="") as file:
        return {row["id"]: row["title"] for row in csv.DictReader(file, delimiter="\t")}


def named() -> Iterator[str]:
    """The ids that tests carry."""
    for file in TESTS.rglob("test_*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                yield from re.findall(r"TC_\d+(?:_\d+)?_CS", f"{node.name} {ast.get_docstring(node) or ''}")


def test_every_action_of_the_standard_is_sent_or_answered() -> None:
    assert len(all_actions()) == 39
    handled = {str(action) for action in SENDS} | Bench().life.dialect.answered_actions
    assert all_actions() - handled == set()


def test_the_table_has_all_cases() -> None:
    assert len(cases()) == 102


def test_every_case_is_named_by_a_test() -> None:
    missing = cases().keys() - set(named()) - NOT_AUTOMATED.keys()
    assert not missing, {id: cases()[id] for id in sorted(missing)}


def test_no_test_names_a_case_that_is_not_one() -> None:
    assert set(named()) <= cases().keys()
    assert NOT_AUTOMATED.keys() <= cases().keys() - set(named())
