"""GetConfiguration (section 5.8) and ChangeConfiguration (section 5.3)."""

from __future__ import annotations

from collections.abc import Callable

from chargepoint.dialects.v16.configuration import Allowed, Configuration, Entry
from chargepoint.dialects.v16.session import Answer, CallRefusedError
from chargepoint.ocpp.errors import CallErrorCode
from chargepoint.ocpp.frames import Payload
from chargepoint.ocpp.v16 import Action, ConfigurationKey, ConfigurationStatus


class ConfigurationAnswers:
    """GetConfiguration and ChangeConfiguration."""

    def __init__(self, configuration: Configuration, allowed: Allowed, changed: Callable[[str, float], None]) -> None:
        """``changed`` is told the name of a key with a new value, and when."""
        self._configuration = configuration
        self._allowed = allowed
        self._changed = changed

    def answers(self) -> dict[Action, Answer]:
        """The CALLs of this block."""
        return {Action.get_configuration: self._get, Action.change_configuration: self._change}

    def _get(self, payload: Payload, now: float) -> Payload:
        asked = payload.get("key")
        if not isinstance(asked, list) or not asked:
            return {"configurationKey": [_told(entry) for entry in self._configuration.entries()]}
        most = self._configuration.integer(ConfigurationKey.get_configuration_max_keys)
        if len(asked) > most:
            raise CallRefusedError(
                CallErrorCode.OCCURENCE_CONSTRAINT_VIOLATION,
                f"{len(asked)} keys are more than GetConfigurationMaxKeys, {most}",
            )
        found = {name: self._configuration.find(name) for name in asked}
        answer: dict[str, object] = {
            "configurationKey": [_told(entry) for entry in found.values() if entry is not None]
        }
        if unknown := [name for name, entry in found.items() if entry is None]:
            answer["unknownKey"] = unknown
        return answer

    def _change(self, payload: Payload, now: float) -> Payload:
        name = str(payload["key"])
        status = self._configuration.change(name, str(payload["value"]), self._allowed)
        if status is ConfigurationStatus.accepted:
            self._changed(name, now)
        return {"status": str(status)}


def _told(entry: Entry) -> dict[str, object]:
    told: dict[str, object] = {"key": entry.key.name, "readonly": entry.key.readonly}
    return told if entry.key.writeonly else {**told, "value": entry.value}
