"""A load's figures as lines for people, as JSON, and as JUnit XML for a pipeline."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from xml.etree import ElementTree

from chargepoint.api.figures import Figures, Latencies
from launcher.load.aftermath import books, storm_figures, transactions, weather
from launcher.load.criteria import Criterion
from launcher.load.load import Outcome, Plan
from launcher.load.numbers import PERCENTILES, quantiles, short

CHARGING = ("Charging", "SuspendedEV", "SuspendedEVSE")


def headline() -> str:
    """The heads of ``line``'s columns."""
    return (
        f"{'time':>7} {'accepted':>11} {'charging':>9} {'power':>10} {'msg/s':>7} {'p50':>8} {'p99':>8} "
        f"{'failed':>7} {'queued':>7}"
    )


def line(plan: Plan, elapsed_s: float, before: Figures, now: Figures) -> str:
    """How it stands; rates and latencies are of the time since ``before``, a second ago."""
    recent = _since(before, now)
    traffic = now.sent.total() + now.received.total() - before.sent.total() - before.received.total()
    failed = now.refused.total() + now.unanswered.total()
    accepted = f"{now.registrations['Accepted']}/{plan.count}"
    charging = sum(now.connectors[state] for state in CHARGING)
    return (
        f"{_clock(elapsed_s):>7} {accepted:>11} {charging:>9} {now.power_w / 1000:>7.0f} kW {traffic:>7} "
        f"{short(recent.percentile(50)):>8} {short(recent.percentile(99)):>8} {failed:>7} "
        f"{now.queued:>7}"
    )


def table(outcome: Outcome) -> list[str]:
    """The final table: a line for each action, then what was measured of the whole, then the verdict."""
    figures = outcome.figures
    lines = [
        f"{'request':28} {'sent':>9} {'refused':>8} {'silent':>7} " + "".join(f"{f'p{p}':>9}" for p in PERCENTILES)
    ]
    lines[0] += f"{'max':>9}"
    for action, sent in sorted(figures.sent.items()):
        latencies = figures.latencies.get(action, Latencies())
        quantiles = [*(latencies.percentile(percent) for percent in PERCENTILES), latencies.longest_s]
        lines.append(
            f"{action:28} {sent:>9} {figures.refused[action]:>8} {figures.unanswered[action]:>7} "
            + "".join(f"{short(value):>9}" for value in quantiles)
        )
    accepted = "never" if outcome.all_accepted_s is None else f"after {outcome.all_accepted_s:.1f} s"
    lines += [
        "",
        f"{outcome.plan.count} charge points, profile {outcome.plan.profile.name}, seed {outcome.plan.seed}, "
        f"{_clock(outcome.elapsed_s)}; all accepted {accepted}",
        f"{figures.connections_lost} connections lost, {figures.queued} messages still queued, "
        f"{figures.energy_wh / 1000:.1f} kWh delivered",
        *weather(outcome),
        *books(outcome),
    ]
    return (
        lines + [f"trouble: {each}" for each in outcome.trouble] + [f"FAILED: {each}" for each in _failures(outcome)]
    )


def to_json(outcome: Outcome) -> str:
    """Everything, for machines; latencies in seconds."""
    figures = outcome.figures
    body = {
        "plan": {
            "count": outcome.plan.count,
            "central_system": outcome.plan.central_system,
            "profile": outcome.plan.profile.name,
            "ramp_s": outcome.plan.ramp_s,
            "duration_s": outcome.plan.duration_s,
            "seed": outcome.plan.seed,
        },
        "elapsed_s": round(outcome.elapsed_s, 3),
        "all_accepted_s": outcome.all_accepted_s,
        "registrations": figures.registrations,
        "connectors": figures.connectors,
        "requests": {
            action: {
                "sent": sent,
                "refused": figures.refused[action],
                "unanswered": figures.unanswered[action],
                **quantiles(figures.latencies.get(action, Latencies())),
            }
            for action, sent in sorted(figures.sent.items())
        },
        "received": figures.received,
        "connections_lost": figures.connections_lost,
        "queued": figures.queued,
        "energy_wh": figures.energy_wh,
        "storms": [storm_figures(storm) for storm in outcome.storms.all],
        **transactions(outcome),
        "criteria": [
            {"text": each.text, "value": _finite(_value(outcome, each)), "failed": each in outcome.failed}
            for each in outcome.plan.criteria
        ],
        "trouble": outcome.trouble,
    }
    return json.dumps(body, indent=2)


def to_junit(outcome: Outcome) -> str:
    """A test case for each criterion, and one for the load itself."""
    suite = ElementTree.Element("testsuite", name="cp-simu load", time=f"{outcome.elapsed_s:.3f}")
    whole = ElementTree.SubElement(suite, "testcase", classname="load", name=f"{outcome.plan.count} charge points")
    if outcome.trouble:
        ElementTree.SubElement(whole, "error", message="; ".join(outcome.trouble))
    for criterion in outcome.plan.criteria:
        case = ElementTree.SubElement(suite, "testcase", classname="load", name=f"not {criterion.text}")
        if criterion in outcome.failed:
            ElementTree.SubElement(case, "failure", message=f"{criterion.text}: it is {_value(outcome, criterion):g}")
    case = ElementTree.SubElement(suite, "testcase", classname="load", name="transactions told in order, once")
    if not outcome.in_order:
        ElementTree.SubElement(case, "failure", message="\n".join(books(outcome)))
    suite.set("tests", str(2 + len(outcome.plan.criteria)))
    suite.set("failures", str(len(outcome.failed) + (not outcome.in_order)))
    suite.set("errors", str(int(bool(outcome.trouble))))
    ElementTree.indent(suite)
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def _failures(outcome: Outcome) -> Iterable[str]:
    for criterion in outcome.failed:
        yield f"{criterion.text}: it is {_value(outcome, criterion):g}"
    if not outcome.in_order:
        yield "transactions were lost, doubled or told out of order"


def _value(outcome: Outcome, criterion: Criterion) -> float:
    return criterion.value(outcome.figures, outcome.plan.count, outcome.storms.all)


def _finite(value: float) -> float | None:
    """``value`` for JSON, which has no infinity."""
    return value if math.isfinite(value) else None


def _since(before: Figures, now: Figures) -> Latencies:
    recent = Latencies()
    for action, latencies in now.latencies.items():
        recent.merge(latencies.since(before.latencies.get(action, Latencies())))
    return recent


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02}"
