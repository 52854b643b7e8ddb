"""What is against its schema, read the way its sender must have meant it: a payload that is fit to be acted on.

Only what peers in the field do and what can be read in one way is mended (domain text 7.3): members that are null or
unknown, numbers and booleans written as texts and the other way round, whole numbers with a point, the case of an
enumeration's words, a dateTime without its zone (read as UTC). The rest, such as a missing member, stays wrong.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_NUMBER = re.compile(r"\s*([+-]?\d{1,15})(\.\d{1,15})?\s*")
_ZONELESS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?")

Rule = Mapping[str, Any]


def mended(payload: Mapping[str, object], schema: Rule) -> dict[str, object]:
    """``payload`` as ``schema`` would have it, as far as that can be told; members may be missing still."""
    return _object(payload, schema, schema.get("definitions", {}))


def _object(members: Mapping[str, object], rule: Rule, definitions: Rule) -> dict[str, object]:
    known = rule.get("properties", {})
    return {
        name: _value(value, known[name], definitions)
        for name, value in members.items()
        if name in known and value is not None
    }


def _value(value: object, rule: Rule, definitions: Rule) -> object:
    if "$ref" in rule:
        return _value(value, definitions[rule["$ref"].rpartition("/")[2]], definitions)
    match rule.get("type"), value:
        case "object", dict(members):
            return _object(members, rule, definitions)
        case "array", list(items):
            return [_value(item, rule.get("items", {}), definitions) for item in items if item is not None]
        case (("integer" | "number"), str(text)) if found := _NUMBER.fullmatch(text):
            return _value(float(text) if found[2] else int(text), rule, definitions)
        case "integer", float(number) if number.is_integer():
            return int(number)
        case "boolean", str(text) if text.lower() in ("true", "false"):
            return text.lower() == "true"
        case "string", bool(truth):
            return "true" if truth else "false"
        case "string", int(number) if abs(number) < 10**15:
            return str(number)
        case "string", float(number):
            return str(number)
        case "string", str(text) if "enum" in rule:
            return next((word for word in rule["enum"] if word.casefold() == text.strip().casefold()), text)
        case "string", str(text) if rule.get("format") == "date-time" and _ZONELESS.fullmatch(text):
            return f"{text}Z"
    return value
