"""The official JSON schemas, compiled on first use, and the error code that each violation deserves."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import fastjsonschema

from chargepoint.ocpp.errors import CallErrorCode
from chargepoint.ocpp.frames import Payload
from chargepoint.ocpp.leniency import mended

LONGEST_REASON = 255
"""Reasons quote the payload; this is what the description of a CALLERROR holds."""

_Validator = Callable[[Any], Any]

_CODES = {
    "required": CallErrorCode.PROTOCOL_ERROR,
    "additionalProperties": CallErrorCode.FORMATION_VIOLATION,
    "type": CallErrorCode.TYPE_CONSTRAINT_VIOLATION,
    "minItems": CallErrorCode.OCCURENCE_CONSTRAINT_VIOLATION,
    "maxItems": CallErrorCode.OCCURENCE_CONSTRAINT_VIOLATION,
}
"""OCPP-J 1.6 section 4.2.3 by rule of the schema; every other rule constrains a property's value."""


@dataclass(frozen=True, slots=True)
class Violation:
    """What a payload does against its schema."""

    code: CallErrorCode
    reason: str


class Schemas:
    """The schemas of one OCPP version, shared by all sessions of a process."""

    def __init__(self, folder: str) -> None:
        """``folder``: the version's name in the ocpp package, such as ``v16``."""
        package = find_spec("ocpp")
        if package is None or not package.submodule_search_locations:
            raise RuntimeError("the ocpp package, which carries the schemas, is not installed")
        self._folder = Path(package.submodule_search_locations[0]) / folder / "schemas"
        self._validators: dict[str, _Validator] = {}
        self._explaining: dict[str, _Validator] = {}

    def knows(self, action: str) -> bool:
        """Whether ``action`` is one of this version."""
        return action in self.actions()

    @cache  # noqa: B019 - one instance a version lives as long as the process
    def actions(self) -> frozenset[str]:
        """Every action of this version."""
        names = {file.stem for file in self._folder.glob("*.json")}
        return frozenset(name for name in names if name + "Response" in names)

    def violation(self, action: str, payload: Payload, *, response: bool = False) -> Violation | None:
        """What ``payload`` violates as a request, or as a response, of ``action``; None when it is right."""
        name = _name(action, response)
        try:
            self._validator(name)(payload)
        except fastjsonschema.JsonSchemaValueException:
            return self._explained(name, payload)
        except OverflowError:
            # An integer beyond any float, where the schema wants a multiple of 0.1.
            return Violation(CallErrorCode.PROPERTY_CONSTRAINT_VIOLATION, "a number in it is too large")
        return None

    def _explained(self, name: str, payload: Payload) -> Violation:
        """What ``payload``, which violates a schema, does against it."""
        explaining = self._explaining.get(name)
        if explaining is None:
            explaining = self._explaining[name] = fastjsonschema.compile(self.document(name))
        try:
            explaining(payload)
        except fastjsonschema.JsonSchemaValueException as error:
            reason = error.message.replace("data.", "", 1).removeprefix("data ")
            code = _CODES.get(error.rule or "", CallErrorCode.PROPERTY_CONSTRAINT_VIOLATION)
            return Violation(code, reason[:LONGEST_REASON])
        raise AssertionError(f"{name} is wrong at first sight and right at the second")

    def mended(self, action: str, payload: Payload, *, response: bool = False) -> Payload:
        """``payload``, which violates its schema, read as its sender must have meant it."""
        # Read each time: a schema is seldom needed once it is compiled, and there are dozens of them.
        return mended(payload, self.document(_name(action, response)))

    def document(self, name: str) -> dict[str, Any]:
        """The JSON schema of a request (``Heartbeat``) or a response (``HeartbeatResponse``)."""
        schema: dict[str, Any] = json.loads((self._folder / f"{name}.json").read_bytes())
        return schema

    def _validator(self, name: str) -> _Validator:
        validator = self._validators.get(name)
        if validator is None:
            # One that explains nothing is compiled in half the time, and half as large.
            choices: dict[str, Callable[[object], bool]] = {}
            document = _looked_up(self.document(name), choices)
            validator = self._validators[name] = fastjsonschema.compile(
                document, formats=choices, use_default=False, detailed_exceptions=False
            )
        return validator


def _looked_up(schema: Any, choices: dict[str, Callable[[object], bool]]) -> Any:
    """``schema`` with each text that is one of several as a format of its own, which ``choices`` checks: the library
    would compare with one after the other, 22 measurands for each sampled value."""
    if isinstance(schema, list):
        return [_looked_up(item, choices) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("type") == "string" and isinstance(schema.get("enum"), list) and "format" not in schema:
        name = f"one of choice {len(choices)}"
        choices[name] = frozenset(schema["enum"]).__contains__
        return {key: value for key, value in schema.items() if key != "enum"} | {"format": name}
    return {key: _looked_up(value, choices) for key, value in schema.items()}


def _name(action: str, response: bool) -> str:
    return action + "Response" if response else action


@cache
def schemas(version: str) -> Schemas:
    """The schemas of OCPP ``version`` ("1.6")."""
    return Schemas({"1.6": "v16"}[version])
