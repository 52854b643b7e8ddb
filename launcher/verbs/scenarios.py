"""``cp-simu run`` and ``cp-simu scenarios``."""

from __future__ import annotations

import argparse
import asyncio
import os
import shlex
import signal
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from chargepoint.api.errors import InputError
from chargepoint.api.spec import check_central_system
from chargepoint.settings import default_state_dir, etc_dir
from launcher.diagnostics import Exit, NotThere, narrate, reason_of, say
from launcher.scenario import runner, trace
from launcher.scenario.format import Scenario, check_expects, load
from launcher.scenario.peer import Unreachable, check_api, check_commands
from launcher.scenario.play import INTERRUPTED
from launcher.scenario.report import as_json, github, html, junit, text
from launcher.scenario.runs import leave_traces
from launcher.scenario.verdicts import Outcome, Run, StepOutcome, Verdict
from launcher.verbs.configuration import configuration, configured
from launcher.verbs.credentials import credentials, without_secrets

VARIABLE_PREFIX = "SCENARIO_"
"""Environment variables that begin so are parameters, like those of -p."""

DRAWN_SEEDS = 2**31
"""Seeds that nobody has chosen are below: short enough to be typed again."""


def ready() -> list[Path]:
    """The scenarios that come along."""
    return sorted(path for path in (etc_dir() / "scenarios").glob("*.yaml") if not path.name.startswith("_"))


def scenarios(options: argparse.Namespace) -> int:
    """List the ready scenarios, and what each of them proves; or give the JSON schema of scenario files."""
    if options.schema:
        sys.stdout.write((etc_dir() / "scenarios" / "scenario.schema.json").read_text(encoding="utf-8"))
        return Exit.DONE
    for scenario in _loaded(ready(), {}, options.tag):
        say(f"{Path(scenario.file).stem:32} {scenario.proves}  [{', '.join(scenario.tags)}]")
    return Exit.DONE


def run(options: argparse.Namespace) -> int:
    """Play scenarios: 0 when all that were applicable have passed, 1 when not, 3 without a central system, 130 when
    interrupted."""
    _check_reports(options)
    files = [_found(name) for name in options.scenarios] or ready()
    chosen = _loaded(files, _parameters(options.parameters), options.tag)
    if not chosen:
        raise InputError("--tag", ", ".join(options.tag), "a tag of one of these scenarios")
    if given := configuration(options.configure):
        chosen = [configured(scenario, given) for scenario in chosen]
    if options.virtual:
        _check_virtual(options)
        chosen = [replace(scenario, virtual=True) for scenario in chosen]
    seed = options.seed if options.seed is not None else int.from_bytes(os.urandom(4)) % DRAWN_SEEDS
    plan = runner.Plan(
        scenarios=tuple(chosen),
        central_system=check_central_system(options.central_system) if options.central_system else "",
        commands=check_commands(options.commands) if options.commands else "",
        api=_api(options),
        seed=seed,
        jobs=options.jobs,
        speed=options.speed,
        command_line=_again(seed),
        credentials=credentials(options),
    )
    try:
        outcome = asyncio.run(_played(plan, verbose=options.verbose))
    except Unreachable as error:
        _write(_unplayed(plan, str(error)), options)
        raise NotThere(str(error)) from None
    for line in text.summary(outcome):
        say(line)
    unwritten = _write(outcome, options)
    if options.trace is None and (folder := leave_traces(outcome, default_state_dir())):
        say(f"traces: {folder}")
    if options.github:
        for line in github.lines(outcome):
            say(line)
    if any(each.reason == INTERRUPTED for each in outcome.outcomes):
        return Exit.INTERRUPTED
    if not outcome.reached and any(map(_needs_a_peer, outcome.outcomes)):
        why = f" ({outcome.line_error})" if outcome.line_error else ""
        raise NotThere(f"no charge point was answered by {outcome.central_system}{why}")
    if not outcome.passed:
        return Exit.FAILED
    return Exit.USAGE if unwritten else Exit.DONE


def _check_virtual(options: argparse.Namespace) -> None:
    for option in ("--central-system", "--commands", "--api"):
        if value := getattr(options, option[2:].replace("-", "_")):
            raise InputError(option, value, "left out: virtual time is there with the bundled central system only")
    if options.speed != 1:
        raise InputError("--speed", options.speed, "left out: virtual time goes as fast as it can")


def _api(options: argparse.Namespace) -> str:
    if options.api and not options.central_system:
        raise InputError("--api", options.api, "given with --central-system: the one that is started has its own")
    return check_api(options.api) if options.api else ""


def _unplayed(plan: runner.Plan, why: str) -> Run:
    """What reports tell of a run that did not come about: a pipeline that wants one has its reason there."""
    outcomes = (Outcome(scenario, Verdict.ERROR, why) for scenario in plan.scenarios)
    where = plan.central_system or "the bundled central system"
    return Run(tuple(outcomes), where, plan.seed, 0.0, time.time(), plan.command_line)


def _check_reports(options: argparse.Namespace) -> None:
    """Before anything is played: nobody wants to hear afterwards that there is no place for its report."""
    for option in ("junit", "json", "html"):
        file = getattr(options, option)
        if file is not None and (file.is_dir() or not os.access(file if file.exists() else file.parent, os.W_OK)):
            raise InputError(f"--{option} {file}", None, "a file that can be written")
    folder: Path | None = options.trace
    while folder is not None and not folder.exists():
        folder = folder.parent
    if folder is not None and not (folder.is_dir() and os.access(folder, os.W_OK)):
        raise InputError(f"--trace {options.trace}", None, "a folder that can be written")


def _needs_a_peer(outcome: Outcome) -> bool:
    # What erred has other reasons than a central system; an interruption is an error as well.
    untold = outcome.verdict in (Verdict.NOT_APPLICABLE, Verdict.ERROR)
    return not untold and not outcome.scenario.virtual


def _found(name: str) -> Path:
    """A file, or a ready scenario of that name."""
    path = Path("/dev/stdin" if name == "-" else name)
    if path.is_dir():
        raise InputError("scenario", name, f"a file: {path / '*.yaml'} stands for all that are in there")
    if path.suffix in (".yaml", ".yml") or path.exists():
        return path
    known = {each.stem: each for each in ready()}
    if name not in known:
        raise InputError("scenario", name, "a file, or the name of a ready scenario (`cp-simu scenarios` lists them)")
    return known[name]


def _loaded(files: Iterable[Path], given: Mapping[str, str], tags: list[str]) -> list[Scenario]:
    """The scenarios that are wanted by ``tags``. Every file is checked before anything happens."""
    environment = {
        name.removeprefix(VARIABLE_PREFIX): value
        for name, value in os.environ.items()
        if name.startswith(VARIABLE_PREFIX)
    }
    loaded: list[Scenario] = []
    wrong: list[InputError] = []
    for path in files:
        try:
            loaded.append(load(path, {**environment, **given}))
            check_expects(loaded[-1])
        except InputError as error:
            wrong.append(error)
    if wrong:
        for other in wrong[:-1]:
            narrate(str(other))
        raise wrong[-1]
    known = {name for scenario in loaded for name in scenario.variables}
    for name in given:
        if name not in known:
            raise InputError(
                "-p", name, f"a variable of these scenarios; there are: {', '.join(sorted(known)) or 'none'}"
            )
    return [scenario for scenario in loaded if _tagged(scenario.tags, tags)]


def _tagged(tags: Iterable[str], wanted: Iterable[str]) -> bool:
    """Whether one is ``wanted`` that has these tags: any of ``A``, ``A+B`` for both, none of ``!C``."""
    chosen = [each.split("+") for each in wanted if not each.startswith("!")]
    left_out = {each[1:] for each in wanted if each.startswith("!")}
    return not left_out & set(tags) and (not chosen or any(set(tags) >= set(each) for each in chosen))


def _parameters(words: Iterable[str]) -> dict[str, str]:
    found = {}
    for word in words:
        name, sign, value = word.partition("=")
        if not sign or not name.isidentifier():
            raise InputError("-p", word, "a variable and its value, like TAG=TAG1")
        found[name] = value
    return found


async def _played(plan: runner.Plan, *, verbose: bool) -> Run:
    interrupted = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # With `nohup` it goes on.
        if signal.getsignal(number) is not signal.SIG_IGN or number == signal.SIGINT:
            asyncio.get_running_loop().add_signal_handler(number, interrupted.set)
    progress = _Progress(len(plan.scenarios), verbose)
    return await runner.run(plan, progress.ended, progress.heard, interrupted)


class _Progress:
    """Tells scenarios as they end; on a terminal also what is going on."""

    def __init__(self, of: int, verbose: bool) -> None:
        self._of = of
        self._verbose = verbose
        self._number = 0
        self._live = sys.stdout.isatty() and not verbose
        self._shown = False

    def ended(self, outcome: Outcome) -> None:
        self._number += 1
        self._wipe()
        for line in text.lines(outcome, self._number, self._of):
            say(line)

    def heard(self, scenario: Scenario, step: StepOutcome) -> None:
        if self._verbose:
            say(text.step_line(scenario, step))
        elif self._live:
            self._wipe()
            line = text.printable(f"        {scenario.name}: {step.step.text}")
            sys.stdout.write(line[: os.get_terminal_size().columns - 1])
            sys.stdout.flush()
            self._shown = True

    def _wipe(self) -> None:
        if self._shown:
            sys.stdout.write("\r\x1b[K")
            self._shown = False


def _write(run: Run, options: argparse.Namespace) -> bool:
    """Write the reports that are wanted; whether there is one that could not be written."""
    failed = False
    for option, render in (("junit", junit.render), ("json", as_json.render), ("html", html.render)):
        file: Path | None = getattr(options, option)
        try:
            if file is not None:
                file.write_text(render(run), encoding="utf-8")
        except OSError as error:
            failed = True
            narrate(f"--{option} {file}: {error.strerror}")
    try:
        if options.trace is not None:
            trace.write(run.outcomes, options.trace, run.seed)
    except OSError as error:
        failed = True
        narrate(f"--trace {reason_of(error)}")
    return failed


def _again(seed: int) -> str:
    """The command that plays the same again."""
    words = without_secrets(sys.argv[1:])
    return shlex.join(["cp-simu", *words, *([] if "--seed" in words else ["--seed", str(seed)])])
