"""What is kept of a screen between two runs, in the XDG places: keys of one's own, and the last layout."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from pathlib import Path

from chargepoint.api.errors import InputError
from tui.state.layouts import ScreenLayout
from tui.user_keys import Keys, parse_keys

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Preferences:
    """Where they are kept; without a place nothing is read or written."""

    keys_file: Path | None = None
    layout_file: Path | None = None

    @classmethod
    def of_user(cls, state_dir: Path, *, read_only: bool = False) -> Preferences:
        """``cp-simu/keys.toml`` in the XDG configuration folder; ``screen.json`` in the yard's folder, which is in
        the XDG state folder unless told otherwise. A ``read_only`` screen, which many may share, keeps nothing."""
        configuration = Path(os.environ.get("XDG_CONFIG_HOME") or "~/.config").expanduser()
        return cls(configuration / "cp-simu" / "keys.toml", None if read_only else state_dir / "screen.json")

    def read_keys(self) -> Keys:
        """The user's keys; raises InputError for a file that is wrong."""
        if self.keys_file is None:
            return {}
        try:
            text = self.keys_file.read_text(encoding="utf-8")
        except FileNotFoundError:
            return {}
        except (OSError, UnicodeError) as error:
            raise InputError("keys", str(self.keys_file), f"a file that can be read ({error})") from None
        return parse_keys(text, str(self.keys_file))

    def read_layout(self) -> ScreenLayout:
        """The last layout; the usual one where there is none, or none that can be read."""
        if self.layout_file is None:
            return ScreenLayout()
        try:
            return ScreenLayout.from_json(self.layout_file.read_bytes(), self.layout_file.name)
        except FileNotFoundError:
            return ScreenLayout()
        except (OSError, InputError) as error:
            log.warning("the last layout is left out: %s", error)
            return ScreenLayout()

    def write_layout(self, layout: ScreenLayout) -> None:
        """Keep ``layout``, whole or not at all; a disk that refuses is a line in the log."""
        if self.layout_file is None:
            return
        draft = self.layout_file.with_name(f".{self.layout_file.name}.{os.getpid()}")
        try:
            self.layout_file.parent.mkdir(parents=True, exist_ok=True)
            draft.write_text(layout.to_json(), encoding="utf-8")
            draft.replace(self.layout_file)
        except OSError as error:
            log.warning("the layout is not kept: %s", error)
