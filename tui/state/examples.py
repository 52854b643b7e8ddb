"""An example payload of any message, made from its JSON schema so that it validates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_LIKELY: Final[dict[str, object]] = {
    "connectorId": 1,
    "idTag": "TAG1",
    "meterStart": 0,
    "meterStop": 1200,
    "transactionId": 1,
    "errorCode": "NoError",
    "chargePointVendor": "cp-simu",
    "chargePointModel": "by hand",
    "vendorId": "com.example",
    "type": "StartupOfTheDevice",
    "requestId": 1,
    "value": "0",
    "measurand": "Energy.Active.Import.Register",
    "reason": "Local",
}
"""Values that a reader expects where the schema lets anything through."""

_OPTIONAL: Final = frozenset({"data", "measurand", "unit", "reason"})
"""Fields that need not be there, and that whoever sends by hand mostly wants."""


def example(schema: Mapping[str, object], now: str) -> object:
    """The least value that ``schema`` lets through, with what is likely where it leaves a choice.

    ``now`` (RFC 3339) is every moment.
    """
    definitions = schema.get("definitions")
    return _Maker(definitions if isinstance(definitions, Mapping) else {}, now).make(schema, "")


class _Maker:
    def __init__(self, definitions: Mapping[str, object], now: str) -> None:
        self._definitions = definitions
        self._now = now

    def make(self, schema: Mapping[str, object], name: str) -> object:
        """A value for the field ``name``."""
        reference = schema.get("$ref")
        if isinstance(reference, str):
            referred = self._definitions.get(reference.rpartition("/")[2])
            return self.make(referred, name) if isinstance(referred, Mapping) else {}
        choices = schema.get("enum")
        if isinstance(choices, list) and choices:
            likely = _LIKELY.get(name)
            return likely if likely in choices else choices[0]
        match schema.get("type"):
            case "object":
                return self._object(schema)
            case "array":
                items = schema.get("items")
                return [self.make(items, name)] if isinstance(items, Mapping) else []
            case "integer":
                likely = _LIKELY.get(name, 0)
                return likely if isinstance(likely, int) else 0
            case "number":
                return 0.0
            case "boolean":
                return False
            case _:
                return self._text(schema, name)

    def _object(self, schema: Mapping[str, object]) -> dict[str, object]:
        properties = schema.get("properties")
        required = schema.get("required")
        wanted = set(required) if isinstance(required, list) else set()
        made = {}
        for name, inner in properties.items() if isinstance(properties, Mapping) else ():
            if isinstance(inner, Mapping) and (name in wanted or name in _OPTIONAL):
                made[str(name)] = self.make(inner, str(name))
        return made

    def _text(self, schema: Mapping[str, object], name: str) -> str:
        match schema.get("format"):
            case "date-time":
                return self._now
            case "uri":
                return "http://localhost/file"
        likely = _LIKELY.get(name)
        text = likely if isinstance(likely, str) else name
        longest = schema.get("maxLength")
        return text[:longest] if isinstance(longest, int) else text
