"""What the configuration keys do to the station and to its end of the wire, besides what a block reads as it goes."""

from __future__ import annotations

from chargepoint.dialects.v16 import keys
from chargepoint.dialects.v16.link_keys import MAX_MESSAGE_SIZE, STRICT_VALIDATION
from chargepoint.dialects.v16.session import Session
from chargepoint.dialects.v16.smart_charging import RATE_UNITS
from chargepoint.model.smartcharging.validation import Rules
from chargepoint.ocpp.checking import Checking
from chargepoint.ocpp.v16 import ConfigurationKey


def take_effect(session: Session) -> None:
    """Make the station of ``session``, and its endpoint, what the keys say."""
    configuration, endpoint = session.configuration, session.endpoint
    configuration.apply(session.station.state.parameters)
    endpoint.timeout_s = configuration.integer(keys.MESSAGE_TIMEOUT)
    endpoint.checking = Checking.STRICT if configuration.boolean(STRICT_VALIDATION) else Checking.LENIENT
    endpoint.largest_message = configuration.integer(MAX_MESSAGE_SIZE)
    words = configuration.listed(ConfigurationKey.charging_schedule_allowed_charging_rate_unit)
    session.station.state.profile_rules = Rules(
        units=frozenset(RATE_UNITS[word] for word in words),
        max_stack_level=configuration.integer(ConfigurationKey.charge_profile_max_stack_level),
        max_periods=configuration.integer(ConfigurationKey.charging_schedule_max_periods),
        max_profiles=configuration.integer(ConfigurationKey.max_charging_profiles_installed),
    )
