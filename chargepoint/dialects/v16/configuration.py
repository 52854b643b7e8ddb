"""The configuration of a station: its keys, their values, and what they set in the model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from chargepoint.api.security import KeyFormat
from chargepoint.api.spec import ChargePointSpec, CurrentType
from chargepoint.dialects.v16 import keys
from chargepoint.dialects.v16.feature_profiles import keys_without
from chargepoint.dialects.v16.keys import Key, text_key, wiring_of
from chargepoint.dialects.v16.link_keys import LINK_KEYS
from chargepoint.dialects.v16.security_keys import security_keys
from chargepoint.model.parameters import Parameters
from chargepoint.ocpp.v16 import ConfigurationKey, ConfigurationStatus

K = ConfigurationKey

Allowed = Callable[[str, str], bool]
"""Whether a key, by its name as the standard writes it, may be given a value now."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A key with its present value, or the one that it has from the next boot on."""

    key: Key
    value: str


@lru_cache
def _known_keys(
    connectors: int, phases: int, direct: bool, fixed_cable: bool, profile: int, key_format: KeyFormat
) -> Mapping[str, Key]:
    """The keys of all stations that are built alike: a hundred of them, which a pool would hold a thousand times."""
    standard = keys.standard_keys(connectors=connectors, phases=phases, direct=direct, fixed_cable=fixed_cable)
    return {key.name.casefold(): key for key in (*standard, *LINK_KEYS, *security_keys(profile, key_format))}


@lru_cache(maxsize=1024)
def _items(value: str) -> tuple[str, ...]:
    """The items of a list; most stations of a pool have the same, and ask at every meter value."""
    return tuple(item for item in value.split(",") if item)


class Configuration:
    """All keys of one station with their values; names compare without regard to case (CiString)."""

    def __init__(self, known: Mapping[str, Key], given: Mapping[str, str]) -> None:
        """``known``: the keys by their names in lower case, which other stations may share; ``given``: values set at
        the start, for read-only keys too. ``refused`` then tells what was wrong."""
        self._keys = known
        self._values: dict[str, str] = {}
        self._after_boot: dict[str, str] = {}
        self.refused: list[str] = []
        self.changed = False
        # What limits other keys goes first: the longest list, and which profiles there are.
        for name, value in sorted(given.items(), key=lambda item: not self._is_readonly(item[0])):
            key = self._key(name)
            checked = key.check(value)
            if checked is None:
                self.refused.append(f"ocpp_config.{name}: {value!r} is not {key.wanted}")
            elif self._is_too_long(name, checked):
                self.refused.append(f"ocpp_config.{name}: {value!r} has more items than {key.name}MaxLength")
            else:
                self._values[name.casefold()] = checked
        self._absent = frozenset(name.casefold() for name in keys_without(self.listed(K.supported_feature_profiles)))

    @classmethod
    def of(cls, spec: ChargePointSpec, record: Mapping[str, object]) -> Configuration:
        """That of the station ``spec`` describes; ``record``: what ``to_record`` gave in an earlier life."""
        direct, security = spec.type is CurrentType.DC, spec.security
        known = _known_keys(
            spec.nb_connectors,
            spec.nb_phases,
            direct,
            spec.fixed_cable,
            security.profile,
            security.authorization_key_format,
        )
        configuration = cls(known, spec.ocpp_config)
        # A secret is no default, which alike stations share.
        configuration._values[K.authorization_key.casefold()] = security.authorization_key
        configuration.restore(record)
        return configuration

    def __getitem__(self, name: str) -> str:
        return self._value(name.casefold())

    def integer(self, name: str) -> int:
        """The value of a number's key."""
        return int(self[name])

    def boolean(self, name: str) -> bool:
        """The value of a boolean's key."""
        return self[name] == "true"

    def listed(self, name: str) -> list[str]:
        """The items of a list's key."""
        return list(_items(self[name]))

    def supports(self, profile: str) -> bool:
        """Whether SupportedFeatureProfiles names ``profile``."""
        return profile in _items(self[K.supported_feature_profiles])

    def find(self, name: str) -> Entry | None:
        """The entry of ``name``; None when there is no such key."""
        key = self._keys.get(name.casefold())
        return Entry(key, self._shown(name.casefold())) if key and name.casefold() not in self._absent else None

    def entries(self) -> list[Entry]:
        """All entries, in the order of the standard's chapter."""
        return [Entry(key, self._shown(name)) for name, key in self._keys.items() if name not in self._absent]

    def change(self, name: str, value: str, allowed: Allowed = lambda name, value: True) -> ConfigurationStatus:
        """ChangeConfiguration's decision and effect (section 5.3); ``allowed`` decides over what is a value."""
        entry = self.find(name)
        if entry is None:
            return ConfigurationStatus.not_supported
        checked = None if entry.key.readonly else entry.key.check(value)
        if checked is None or self._is_too_long(name, checked) or not allowed(entry.key.name, checked):
            return ConfigurationStatus.rejected
        if any(name.casefold() == one.strip().casefold() for one in self.listed(keys.REBOOT_REQUIRED_KEYS)):
            self._after_boot[name.casefold()] = checked
            self.changed = True
            return ConfigurationStatus.reboot_required
        self.put(name, checked)
        return ConfigurationStatus.accepted

    def waits(self, name: str) -> bool:
        """Whether ``name`` has another value from the next boot on."""
        return name.casefold() in self._after_boot

    def put(self, name: str, value: str) -> None:
        """Set a value of the station's own, such as the heartbeat interval of a BootNotification."""
        if self[name] != value or name.casefold() in self._after_boot:
            self._values[name.casefold()] = value
            self._after_boot.pop(name.casefold(), None)
            self.changed = True

    def _shown(self, folded: str) -> str:
        """The value that was set last, in force or not."""
        coming = self._after_boot.get(folded)
        return self._value(folded) if coming is None else coming

    def _value(self, folded: str) -> str:
        value = self._values.get(folded)
        return self._keys[folded].default if value is None else value

    def _key(self, name: str) -> Key:
        """The key of ``name``: one that is not known becomes this station's own."""
        known = self._keys.get(name.casefold())
        if known is None:
            known = text_key(name)
            self._keys = {**self._keys, name.casefold(): known}
        return known

    def _is_readonly(self, name: str) -> bool:
        key = self._keys.get(name.casefold())
        return key is not None and key.readonly

    def _is_too_long(self, name: str, value: str) -> bool:
        most = f"{name}MaxLength".casefold()
        return most in self._keys and value.count(",") >= int(self._value(most))

    def to_record(self) -> dict[str, object]:
        """The values, for the store."""
        return {key.name: self._shown(name) for name, key in self._keys.items()}

    def restore(self, record: Mapping[str, object]) -> None:
        """Take over stored values of keys that can be written; the others follow from how the station is built."""
        for name, value in record.items():
            key = self._key(name)
            if key.readonly or not isinstance(value, str) or key.check(value) is None:
                continue
            # A station that comes back has no more in memory than one that begins.
            self._values.pop(name.casefold(), None)
            if value != key.default:
                self._values[name.casefold()] = value

    def apply(self, parameters: Parameters) -> None:
        """Set the station's behaviour by the keys."""
        parameters.connection_timeout_s = self.integer(K.connection_time_out)
        parameters.sample_interval_s = self.integer(K.meter_value_sample_interval)
        parameters.aligned_interval_s = self.integer(K.clock_aligned_data_interval)
        parameters.stop_on_ev_disconnect = self.boolean(K.stop_transaction_on_ev_side_disconnect)
        parameters.unlock_on_ev_disconnect = self.boolean(K.unlock_connector_on_ev_side_disconnect)
        parameters.stop_on_invalid_id = self.boolean(K.stop_transaction_on_invalid_id)
        parameters.max_energy_on_invalid_id_wh = self.integer(K.max_energy_on_invalid_id)
        parameters.resume_after_power_loss = self.boolean(keys.RESUME_AFTER_POWER_LOSS)
        parameters.stop_on_fault = self.boolean(keys.STOP_TRANSACTION_ON_FAULT)
        parameters.meter = replace(parameters.meter, class_pct=float(self[keys.METER_ACCURACY_CLASS]))
        parameters.authorize_remote_start = self.boolean(K.authorize_remote_tx_requests)
        parameters.reserve_station = self.boolean(K.reserve_connector_zero_supported)
        parameters.local_authorize_offline = self.boolean(K.local_authorize_offline)
        parameters.local_pre_authorize = self.boolean(K.local_pre_authorize)
        parameters.allow_offline_unknown_id = self.boolean(K.allow_offline_tx_for_unknown_id)
        parameters.cache_enabled = self.boolean(K.authorization_cache_enabled)
        parameters.list_enabled = self.boolean(K.local_auth_list_enabled)
        parameters.list_max_length = self.integer(K.local_auth_list_max_length)
        parameters.list_max_sent = self.integer(K.send_local_list_max_length)
        parameters.wiring = wiring_of(self.listed(K.connector_phase_rotation))
        parameters.light_intensity_pct = self.integer(K.light_intensity)
        parameters.blink_repeat = self.integer(K.blink_repeat)
        parameters.reset_retries = self.integer(K.reset_retries)
        parameters.reset_retry_s = self.integer(keys.RESET_RETRY_INTERVAL)
        parameters.install_s = self.integer(keys.FIRMWARE_INSTALL_DURATION)
        parameters.sessions_before_install = self.boolean(keys.ALLOW_NEW_SESSIONS_PENDING_FIRMWARE_UPDATE)

    @property
    def retry_back_off(self) -> tuple[int, int, int]:
        """Least wait in s, how often it doubles, and the range in s of the random part added each time."""
        return (
            self.integer(keys.RETRY_WAIT_MINIMUM),
            self.integer(keys.RETRY_REPEAT_TIMES),
            self.integer(keys.RETRY_RANDOM_RANGE),
        )
