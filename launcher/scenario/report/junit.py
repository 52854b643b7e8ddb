"""A run as JUnit XML, which every CI reads: a test case for each scenario. Nothing is in it that the schema of
Jenkins' xUnit plugin has not: that one refuses whole files for a single attribute."""

from __future__ import annotations

from xml.etree import ElementTree

from chargepoint.clock import iso
from launcher.scenario.report.text import lines
from launcher.scenario.verdicts import Outcome, Run, Verdict


def render(run: Run) -> str:
    """The document."""
    suite = ElementTree.Element(
        "testsuite",
        name="cp-simu run",
        tests=str(len(run.outcomes)),
        failures=str(run.count(Verdict.FAILED)),
        errors=str(run.count(Verdict.ERROR)),
        skipped=str(run.count(Verdict.NOT_APPLICABLE)),
        time=f"{run.took_s:.3f}",
        timestamp=iso(run.began_at).removesuffix("Z"),
    )
    properties = ElementTree.SubElement(suite, "properties")
    for name, value in (("central_system", run.central_system), ("seed", run.seed), ("again", run.command_line)):
        ElementTree.SubElement(properties, "property", name=name, value=_printable(str(value)))
    for outcome in run.outcomes:
        _case(suite, outcome)
    ElementTree.indent(suite)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(suite, encoding="unicode") + "\n"


def _case(suite: ElementTree.Element, outcome: Outcome) -> None:
    scenario = outcome.scenario
    case = ElementTree.SubElement(
        suite,
        "testcase",
        name=_printable(scenario.name),
        classname=_printable(scenario.file),
        time=f"{outcome.wall_s:.3f}",
    )
    if outcome.verdict is Verdict.PASSED:
        return
    names = {Verdict.FAILED: "failure", Verdict.ERROR: "error", Verdict.NOT_APPLICABLE: "skipped"}
    problem = ElementTree.SubElement(case, names[outcome.verdict], message=_printable(outcome.reason))
    if outcome.verdict is not Verdict.NOT_APPLICABLE:
        problem.set("type", str(outcome.verdict))
        problem.text = _printable("\n".join(list(lines(outcome, 1, 1))[1:]))


def _printable(text: str) -> str:
    """Without what XML 1.0 cannot say."""
    return "".join(
        sign
        if sign in "\t\n" or (sign >= " " and not "\ud800" <= sign <= "\udfff" and sign not in "\ufffe\uffff")
        else "�"
        for sign in text
    )
