"""The knobs of a station's behaviour, whatever the standard's version calls them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from chargepoint.model.noise import TRUE_METER, MeterClass


@dataclass(slots=True)
class Parameters:
    """How the station behaves; a dialect sets them from its configuration. Times in s, 0 switches off."""

    connection_timeout_s: float = 60.0
    """How long a plugged cable waits for an authorization, or an authorization for a cable."""
    sample_interval_s: float = 60.0
    """Between meter samples of a transaction, counted from its start."""
    aligned_interval_s: float = 0.0
    """Between clock-aligned meter samples, counted from midnight UTC."""
    stop_on_ev_disconnect: bool = True
    """Whether pulling the cable out of the car ends the transaction; otherwise it is suspended."""
    unlock_on_ev_disconnect: bool = True
    """Whether the socket lets go of a cable that is pulled out of the car, when that ends the transaction."""
    stop_on_invalid_id: bool = True
    """Whether a transaction ends when the central system does not accept its id tag; otherwise it is suspended."""
    max_energy_on_invalid_id_wh: float = 0.0
    """Energy that is given to such a transaction before that."""
    stop_on_fault: bool = False
    """Whether a fault ends the transaction; otherwise it pauses it."""
    resume_after_power_loss: bool = False
    """Whether a transaction goes on after a power cut; otherwise it ends."""
    meter: MeterClass = TRUE_METER
    """How well the meters measure."""
    authorize_remote_start: bool = False
    """Whether a remote start is authorized like a presented tag."""
    reserve_station: bool = True
    """Whether any one connector (connector 0) can be reserved."""
    local_authorize_offline: bool = True
    local_pre_authorize: bool = False
    allow_offline_unknown_id: bool = False
    cache_enabled: bool = True
    list_enabled: bool = True
    """Whether the local authorization list counts; it is kept and taken all the same."""
    list_max_length: int = 1_000
    list_max_sent: int = 100
    """How many id tags the list takes in all, and how many at once."""
    wiring: Mapping[int, tuple[int, int, int]] = field(default_factory=dict)
    """Of a connector (0: the main meter) the phases of the grid, from 0, that its three are wired to, when these are
    not 0, 1 and 2."""
    light_intensity_pct: int = 100
    blink_repeat: int = 3
    """How bright the lighting is, and how often it blinks for one signal."""
    reset_retries: int = 2
    reset_retry_s: float = 10.0
    """How often a reset that has failed is tried again, and how long after each attempt."""
    install_s: float = 5.0
    """How long the installation of firmware takes."""
    sessions_before_install: bool = False
    """Whether new transactions may begin while firmware waits for running ones to end."""
