"""A load's figures as lines for people, as JSON, and as JUnit XML for a pipeline."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterable
from xml.etree import ElementTree

from chargepoint.api.figures import Figures, Latencies
from launcher.load.aftermath import books, link_failures, standing, storm_figures, transactions, weather, why_nobody
from launcher.load.criteria import Criterion
from launcher.load.load import Outcome, Plan
from launcher.load.numbers import PERCENTILES, quantiles, short

NOTHING = "nothing of it has happened"

WHERE = re.compile(r"^wss?://\S+ (refuses the connection: )?")
"""What all reasons for having no connection begin with."""

CHARGING = ("Charging", "SuspendedEV", "SuspendedEVSE")


def headline() -> str:
    """The heads of ``line``'s columns."""
    return (
        f"{'time':>6} {'connected':>11} {'accepted':>9} {'charging':>9} {'kW':>6} {'msg/s':>6} {'p50':>8} {'p99':>8} "
        f"{'failed':>7} {'queued':>7}  slowest, or no connection"
    )


def line(plan: Plan, elapsed_s: float, before: Figures, now: Figures) -> str:
    """How it stands; rates and latencies are of the time since ``before``, a second ago. Last comes the request with
    the highest p99 of them, and how often there was no connection meanwhile, with the first reason."""
    by_action = _since(before, now)
    recent = Latencies()
    for latencies in by_action.values():
        recent.merge(latencies)
    slowest = max(by_action, key=lambda action: by_action[action].percentile(99), default="")
    traffic = now.sent.total() + now.received.total() - before.sent.total() - before.received.total()
    failed = now.refused.total() + now.unanswered.total()
    connected, accepted = f"{now.connected}/{plan.count}", now.registrations["Accepted"]
    charging = sum(now.connectors[state] for state in CHARGING)
    return (
        f"{_clock(elapsed_s):>6} {connected:>11} {accepted:>9} {charging:>9} {now.power_w / 1000:>6.0f} {traffic:>6} "
        f"{_or_none(recent, 50):>8} {_or_none(recent, 99):>8} {failed:>7} "
        f"{now.queued:>7}  {'  '.join(filter(None, (slowest, _no_connection(before, now))))}"
    ).rstrip()


def table(outcome: Outcome) -> list[str]:
    """The final table: a line for each action, then what was measured of the whole, then the verdict."""
    figures = outcome.figures
    lines = [
        f"{'request':28} {'sent':>9} {'refused':>8} {'silent':>7} " + "".join(f"{f'p{p}':>9}" for p in PERCENTILES)
    ]
    lines[0] += f"{'max':>9}"
    for action, sent in sorted(figures.sent.items()):
        latencies = figures.latencies.get(action, Latencies())
        times = [_or_none(latencies, percent) for percent in (*PERCENTILES, 100)]
        lines.append(
            f"{action:28} {sent:>9} {figures.refused[action]:>8} {figures.unanswered[action]:>7} "
            + "".join(f"{time:>9}" for time in times)
        )
    accepted = "never" if outcome.all_accepted_s is None else f"after {outcome.all_accepted_s:.1f} s"
    lines += [
        "",
        f"{outcome.plan.count} charge points, profile {outcome.plan.profile.name}, seed {outcome.plan.seed}, "
        f"{_clock(outcome.elapsed_s)}; all accepted {accepted}",
        *_left_out(outcome),
        _connections(figures),
        f"{figures.connections_lost} connections lost, {figures.queued} messages still queued, "
        f"{figures.energy_wh / 1000:.1f} kWh delivered",
        *(f"no connection, {each}" for each in link_failures(outcome)),
        *_farewell(outcome),
        *weather(outcome),
        *books(outcome),
    ]
    return (
        lines
        + [f"trouble: {each}" for each in outcome.trouble]
        + [
            f"NOT MEASURED: {each.text}: {NOTHING}"
            for each in outcome.plan.criteria
            if not _is_measured(outcome, each)
        ]
        + [f"FAILED: {each}" for each in _failures(outcome)]
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
        "not_let_in": why_nobody(outcome),
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
        "connections": {"made": figures.connections, **quantiles(figures.connecting)},
        "sent_at_the_end": outcome.farewell,
        "connections_lost": figures.connections_lost,
        "link_failures": figures.link_failures,
        "queued": figures.queued,
        "energy_wh": figures.energy_wh,
        "storms": [storm_figures(storm) for storm in outcome.storms.all],
        **transactions(outcome),
        "criteria": [
            {
                "text": each.text,
                "measured": _is_measured(outcome, each),
                "value": _finite(each.value(outcome.measured)),
                "failed": each in outcome.failed,
            }
            for each in outcome.plan.criteria
        ],
        "trouble": outcome.trouble,
    }
    return json.dumps(body, indent=2)


def to_junit(outcome: Outcome) -> str:
    """A test case for each criterion, and one for the load itself."""
    suite = ElementTree.Element("testsuite", name="cp-simu load", time=f"{outcome.elapsed_s:.3f}")
    skipped = 0
    whole = ElementTree.SubElement(suite, "testcase", classname="load", name=f"{outcome.plan.count} charge points")
    if errors := [*why_nobody(outcome), *outcome.trouble]:
        ElementTree.SubElement(whole, "error", message="; ".join(errors))
    ElementTree.SubElement(whole, "system-out").text = "\n".join(table(outcome))
    for criterion in outcome.plan.criteria:
        case = ElementTree.SubElement(suite, "testcase", classname="load", name=f"not {criterion.text}")
        if criterion in outcome.failed:
            ElementTree.SubElement(case, "failure", message=f"{criterion.text}: {_found(outcome, criterion)}")
        elif not _is_measured(outcome, criterion):
            skipped += 1
            ElementTree.SubElement(case, "skipped", message=NOTHING)
    case = ElementTree.SubElement(suite, "testcase", classname="load", name="transactions told in order, once")
    if not outcome.in_order:
        ElementTree.SubElement(case, "failure", message="\n".join(books(outcome)))
    suite.set("tests", str(2 + len(outcome.plan.criteria)))
    suite.set("failures", str(len(outcome.failed) + (not outcome.in_order)))
    suite.set("errors", str(int(bool(errors))))
    suite.set("skipped", str(skipped))
    ElementTree.indent(suite)
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def _failures(outcome: Outcome) -> Iterable[str]:
    for criterion in outcome.failed:
        yield f"{criterion.text}: {_found(outcome, criterion)}"
    if not outcome.in_order:
        yield "transactions were lost, doubled or told out of order"


def _is_measured(outcome: Outcome, criterion: Criterion) -> bool:
    return criterion.value(outcome.measured) is not None


def _found(outcome: Outcome, criterion: Criterion) -> str:
    value = criterion.value(outcome.measured)
    assert value is not None, "what was not measured has not failed"
    match criterion.unit:
        case _ if math.isinf(value):
            return "it never came to that"
        case "%":
            return f"it is {100 * value:g} %"
        case "/s":
            return f"it is {value:g}/s"
        case "":
            return f"it is {value:g}"
        case _:
            return f"it is {short(value)}"


def _finite(value: float | None) -> float | None:
    """``value`` for JSON, which has no infinity."""
    return value if value is not None and math.isfinite(value) else None


def _farewell(outcome: Outcome) -> list[str]:
    """What the table does not count: what the central system got when all was over."""
    said = ", ".join(f"{count} {action}" for action, count in sorted(outcome.farewell.items()))
    return [f"at the end, what was running was ended: {said}"] if said else []


def _connections(figures: Figures) -> str:
    times = ", ".join(f"p{percent} {_or_none(figures.connecting, percent)}" for percent in PERCENTILES)
    longest = _or_none(figures.connecting, 100)
    return f"{figures.connections} connections made: {times}, max {longest} for TCP, TLS and handshake together"


def _left_out(outcome: Outcome) -> list[str]:
    """Who was not accepted in the end."""
    accepted = outcome.figures.registrations["Accepted"] == outcome.plan.count
    return [] if accepted else [f"charge points in the end: {standing(outcome)}"]


def _no_connection(before: Figures, now: Figures) -> str:
    reasons = Counter[str]()
    for reason, count in (now.link_failures - before.link_failures).items():
        reasons[WHERE.sub("", reason)] += count
    return f"{reasons.total()} x {reasons.most_common(1)[0][0]}" if reasons else ""


def _or_none(latencies: Latencies, percent: float) -> str:
    return short(latencies.percentile(percent)) if latencies else "-"


def _since(before: Figures, now: Figures) -> dict[str, Latencies]:
    recent = {action: each.since(before.latencies.get(action, Latencies())) for action, each in now.latencies.items()}
    return {action: each for action, each in recent.items() if each}


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02}"
