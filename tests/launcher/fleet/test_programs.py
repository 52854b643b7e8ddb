"""supervisord's files are what supervisord reads them to be."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from supervisor.options import ServerOptions, UnhosedConfigParser

from chargepoint.api.errors import InputError
from chargepoint.api.topics import check_id
from chargepoint.settings import etc_dir
from launcher.fleet.programs import SupervisordTemplate, command_line, program_name, station_id_of

TEMPLATE = SupervisordTemplate((etc_dir() / "supervisord.conf").read_text(), "supervisord.conf")
NAMES = (
    "state_dir",
    "logs",
    "socket",
    "broker_url",
    "broker_command",
    "csms_command",
    "zygote_command",
    "launcher_command",
    "undertaker_command",
)
VALUES = dict.fromkeys(NAMES, "/bin/true")


def parsed(text: str) -> UnhosedConfigParser:
    parser = UnhosedConfigParser()
    parser.read_string(text)
    return parser


def test_the_configuration_has_the_yards_programs_and_no_charge_point() -> None:
    sections = set(parsed(TEMPLATE.render(VALUES)).sections())
    assert {"program:broker", "program:csms", "program:launcher", "eventlistener:undertaker"} <= sections
    assert "program:chargepoint" not in sections


def test_programs_that_are_not_wanted_are_left_out() -> None:
    sections = parsed(TEMPLATE.render(VALUES, leave_out=["program:broker", "program:csms"])).sections()
    assert "program:broker" not in sections
    assert "program:csms" not in sections


def test_the_socket_is_its_owners_alone_and_there_is_no_other_way_in() -> None:
    parser = parsed(TEMPLATE.render(VALUES))
    assert parser.get("unix_http_server", "chmod") == "0700"
    assert "inet_http_server" not in parser.sections()


def test_no_death_is_lost_in_a_crowd() -> None:
    parser = parsed(TEMPLATE.render(VALUES))
    assert int(parser.get("eventlistener:undertaker", "buffer_size")) >= 10_000


def test_a_charge_points_program_starts_only_when_it_is_wanted() -> None:
    text = TEMPLATE.render_program("CP:1", {"chargepoint_command": "/bin/true", "log_file": "/tmp/CP:1.log"})
    parser = parsed(text)
    assert parser.sections() == ["program:CP~1"]
    settings = dict(parser.items("program:CP~1"))
    assert (settings["autostart"], settings["autorestart"], settings["startsecs"]) == ("false", "false", "0")
    assert settings["stdout_logfile"] == "/tmp/CP:1.log"


def test_an_unknown_name_in_the_template_is_refused() -> None:
    broken = SupervisordTemplate("[supervisord]\nlogfile = ${lgos}/x\n", "etc/supervisord.conf")
    with pytest.raises(InputError, match=r"etc/supervisord\.conf"):
        broken.render(VALUES)


def test_a_template_without_the_pattern_of_a_charge_point_is_refused() -> None:
    with pytest.raises(InputError, match="program:chargepoint"):
        SupervisordTemplate("[supervisord]\n", "etc/supervisord.conf").render_program("A", {})


@given(st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.:=@-]{0,47}", fullmatch=True))
def test_every_id_has_a_program_name_of_its_own_that_supervisord_takes(station_id: str) -> None:
    """Defect 6: a colon, which is supervisord's, becomes another sign."""
    name = program_name(station_id)
    assert station_id_of(name) == station_id
    assert ":" not in name
    if station_id not in ("all", "broker", "csms", "launcher", "supervisord", "tui", "undertaker"):
        check_id(station_id)


@given(st.lists(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=12), min_size=1))
def test_every_word_of_a_command_reaches_the_program_as_it_is(words: list[str]) -> None:
    """Also blanks, quotes and the percent sign, which begins supervisord's own expansions."""
    line = command_line(*words)
    text = SupervisordTemplate("[program:x]\ncommand = ${c}\n", "t").render({"c": line})
    value = text.splitlines()[1].removeprefix("command = ")
    assert shlex.split(value % {}) == words


def test_supervisord_itself_accepts_the_rendered_files(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    values = {**VALUES, "state_dir": str(tmp_path), "logs": str(tmp_path / "logs"), "socket": str(tmp_path / "s")}
    (tmp_path / "supervisord.conf").write_text(TEMPLATE.render(values))
    program = TEMPLATE.render_program(
        "A.b=c@d-1", {"chargepoint_command": "/bin/true --x '100%%'", "log_file": str(tmp_path / "logs" / "x.log")}
    )
    (tmp_path / "programs.conf").write_text(program)
    options = ServerOptions()
    options.realize(["-c", str(tmp_path / "supervisord.conf")])
    groups = {group.name: group for group in options.process_group_configs}
    assert set(groups) == {"broker", "csms", "launcher", "undertaker", "zygote", "A.b=c@d-1"}
    assert options.minfds == 256
    environment = groups["launcher"].process_configs[0].environment
    assert environment["PYTHONDONTWRITEBYTECODE"] == ""
    assert environment["CP_SIMU_YARD"] == str(tmp_path)
