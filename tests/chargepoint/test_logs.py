"""One line an event, whatever is in it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from chargepoint.api.errors import InputError
from chargepoint.logs import LogLevel, configure


@pytest.fixture(autouse=True)
def _root_logger_restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers = []
    yield
    for handler in root.handlers:
        handler.close()
    root.handlers, root.level = handlers, level


def test_a_line_bears_time_level_name_and_message(tmp_path: Path) -> None:
    configure(LogLevel.INFO, "CP1", tmp_path / "log")
    logging.getLogger("x").warning("hello %s", "world")
    logging.getLogger("x").debug("not told")
    [line] = (tmp_path / "log").read_text().splitlines()
    moment, rest = line.split(" ", 1)
    assert len(moment) == len("2030-01-01T00:00:00.000Z")
    assert moment.endswith("Z")
    assert rest == "WARNING CP1: hello world"


def test_what_others_sent_starts_no_line_of_its_own_and_is_never_lost(tmp_path: Path) -> None:
    configure(LogLevel.INFO, "CP1", tmp_path / "log")
    logging.getLogger("x").info("received %s", "a\n2030-01-01 ERROR forged\r\nb\ud800")
    [line] = (tmp_path / "log").read_text().splitlines()
    assert line.endswith(r"received a\n2030-01-01 ERROR forged\r\nb\ud800")


def test_an_error_of_ours_keeps_its_traceback(tmp_path: Path) -> None:
    configure(LogLevel.INFO, "CP1", tmp_path / "log")
    try:
        raise ValueError("broken")
    except ValueError:
        logging.getLogger("x").exception("it broke")
    assert "Traceback (most recent call last):\n" in (tmp_path / "log").read_text()


def test_without_a_file_the_log_goes_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    configure(LogLevel.INFO, "CP1")
    logging.getLogger("x").info("hello")
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.endswith("INFO    CP1: hello\n")


def test_a_log_file_is_rotated(tmp_path: Path) -> None:
    configure(LogLevel.INFO, "CP1", tmp_path / "log")
    for _ in range(25):
        logging.getLogger("x").info("x" * 100_000)
    assert (tmp_path / "log").stat().st_size < 2_000_000
    assert (tmp_path / "log.1").stat().st_size < 2_000_000


@pytest.mark.parametrize("file", ["/no/such/folder/log", "/"])
def test_a_file_that_cannot_be_written_is_refused(file: str) -> None:
    with pytest.raises(InputError, match=f"log file: '{file}' is not a file that can be written"):
        configure(LogLevel.INFO, "CP1", Path(file))


def test_a_library_that_tells_every_url_with_its_password_is_kept_quiet(tmp_path: Path) -> None:
    configure(LogLevel.DEBUG, "CP1", tmp_path / "log")
    logging.getLogger("httpx").info("HTTP Request: PUT http://me:secret@files.test/")
    logging.getLogger("httpcore.http11").debug("Authorization: Basic secret")
    assert (tmp_path / "log").read_text() == ""
