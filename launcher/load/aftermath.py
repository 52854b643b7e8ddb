"""What a load's storms did, and what became of its transactions: for people, and for machines."""

from __future__ import annotations

from chargepoint.api.account import COUNTS
from chargepoint.api.figures import Latencies
from launcher.load.load import Outcome
from launcher.load.numbers import PERCENTILES, quantiles, short
from launcher.load.storms import Storm

FINDINGS_SHOWN = 20
FAILURES_SHOWN = 5
NO_ATTEMPT_ENDED = "no attempt to connect has come to an end"


def weather(outcome: Outcome) -> list[str]:
    """Each storm, then the latencies of storms and of the calm between them; nothing when there was none."""
    storms = outcome.storms.all
    if not storms:
        return []
    lines = ["", *(_told(storm) for storm in storms)]
    lines += ["", f"{'request':28} " + "".join(f"{f'calm p{p}':>10}{f'storm p{p}':>11}" for p in PERCENTILES)]
    calm = outcome.storms.calm(outcome.figures)
    stormy = outcome.storms.stormy()
    for action in sorted(calm):
        pairs = [calm[action], stormy.get(action, Latencies())]
        cells = "".join(f"{_shown(pairs[0], p):>10}{_shown(pairs[1], p):>11}" for p in PERCENTILES)
        lines.append(f"{action:28} {cells}")
    return lines


def books(outcome: Outcome) -> list[str]:
    """What became of the transactions: by the stations, and by the central system when it was asked."""
    account = outcome.account
    lines = [
        f"transactions: {account.begun} begun, {account.told} told; {account.ended} ended, {account.closed} told; "
        f"{account.waiting} still waiting, {account.lost} lost, {account.doubled} doubled, "
        f"{account.disordered} out of order"
    ]
    if (audit := outcome.audit) is not None:
        lines.append(
            f"the central system has {audit.there} of {audit.told}: {len(audit.lost)} lost, "
            f"{len(audit.doubled)} doubled, {len(audit.wrong)} wrong"
        )
        lines += [f"    {finding}" for finding in audit.findings[:FINDINGS_SHOWN]]
        if (more := len(audit.findings) - FINDINGS_SHOWN) > 0:
            lines.append(f"    and {more} more")
    return lines


def why_nobody(outcome: Outcome) -> list[str]:
    """Why no charge point was let in: the whole of it, then why one by one; nothing when one was."""
    if outcome.let_in:
        return []
    failures, connected = link_failures(outcome), outcome.figures.connected
    if outcome.answered:
        return [f"no charge point was accepted by {outcome.plan.central_system}", standing(outcome), *failures]
    if connected:
        failures = [f"{connected} of {outcome.plan.count} are connected, and wait for an answer", *failures]
    waiting = [] if failures else [NO_ATTEMPT_ENDED]
    return [f"no charge point got an answer from {outcome.plan.central_system}", *waiting, *failures]


def standing(outcome: Outcome) -> str:
    """How the charge points stood with the central system when all was over."""
    states = outcome.figures.registrations
    told = [f"{count} {state}" for state, count in states.most_common() if count]
    if (missing := outcome.plan.count - states.total()) > 0:
        told.append(f"{missing} not started")
    return ", ".join(told)


def link_failures(outcome: Outcome) -> list[str]:
    """Why charge points had no connection, or lost it, most often first; nothing when all went well."""
    told = outcome.figures.link_failures.most_common()
    more = sum(count for _, count in told[FAILURES_SHOWN:])
    return [f"{count} times: {why}" for why, count in told[:FAILURES_SHOWN]] + (
        [f"{more} times: others"] if more else []
    )


def storm_figures(storm: Storm) -> dict[str, object]:
    """All of a storm."""
    return {
        "what": storm.what,
        "stations": storm.stations,
        "dark_s": round(storm.back_at - storm.began_at, 3),
        "reconnected_s": storm.connected_s,
        "drained_s": storm.drained_s,
        "connections_per_s": storm.connections_per_s,
        "backlog": storm.backlog,
        "delivered": storm.delivered,
        "delivered_per_s": storm.delivered_per_s,
        "latencies": {action: quantiles(each) for action, each in sorted(storm.latencies.items()) if each},
    }


def transactions(outcome: Outcome) -> dict[str, object]:
    """The account, and the audit if there is one."""
    found: dict[str, object] = {"transactions": {name: getattr(outcome.account, name) for name in COUNTS}}
    if (audit := outcome.audit) is not None:
        found["audit"] = {name: getattr(audit, name) for name in audit.__slots__}
    return found


def _told(storm: Storm) -> str:
    connected = "not all came back" if storm.connected_s is None else f"all connected after {storm.connected_s:.1f} s"
    drained = "not drained" if storm.drained_s is None else f"drained after {storm.drained_s:.1f} s"
    return (
        f"{storm.what}: {storm.stations} charge points; {connected} (at most {storm.connections_per_s}/s), "
        f"backlog of {storm.backlog} messages {drained} (at most {storm.delivered_per_s}/s)"
    )


def _shown(latencies: Latencies, percent: float) -> str:
    return short(latencies.percentile(percent)) if latencies else "-"
