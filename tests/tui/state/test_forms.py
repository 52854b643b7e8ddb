"""Ids from patterns, drafts of new charge points, setups: what forms make of what is typed."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chargepoint.api.errors import InputError
from chargepoint.api.payloads import ChargePointStatus, Registration
from chargepoint.api.spec import CurrentType, parse_spec
from tests.tui.state.payloads import AVAILABLE, STATUS, TOPICS, station, with_entry
from tui.state.drafts import TEMPLATES, Draft, number_or_text
from tui.state.fleet import Fleet
from tui.state.naming import MOST_AT_ONCE, expand_ids, following
from tui.state.removals import Removals
from tui.state.setups import LoadMode, difference, parse_setup, preview, setup_text
from tui.state.station import Station


@pytest.mark.parametrize(
    ("pattern", "count", "ids"),
    [
        ("CP", 1, ["CP"]),
        ("CP_{1..3}", 1, ["CP_1", "CP_2", "CP_3"]),
        ("CP_{08..10}", 1, ["CP_08", "CP_09", "CP_10"]),
        ("{1..2}x{1..2}", 1, ["1x1", "1x2", "2x1", "2x2"]),
        ("CP", 2, ["CP_1", "CP_2"]),
        ("simu_cp_099", 3, ["simu_cp_099", "simu_cp_100", "simu_cp_101"]),
    ],
)
def test_many_ids_come_from_a_pattern_or_by_counting_on(pattern: str, count: int, ids: list[str]) -> None:
    assert list(expand_ids(pattern, count)) == ids


@pytest.mark.parametrize(
    ("pattern", "count", "words"),
    [
        ("", 1, "id: '' is not an id of 1 to 48"),
        ("a b", 1, "id: 'a b' is not an id"),
        ("CP_{3..1}", 1, "'{3..1}' is not a range that counts up, like '{1..3}'"),
        ("CP_{1..9999}", 1, f"is not 1 to {MOST_AT_ONCE} charge points at once"),
        ("{1..100}{1..100}", 1, "charge points at once"),
        ("CP", 0, "count: 0 is not 1 to"),
        ("CP_{1..3}", 2, "count: 2 is not 1 where the id has a range"),
        ("launcher", 1, "id: 'launcher' is not an id"),
    ],
)
def test_a_wrong_pattern_says_what_would_be_right(pattern: str, count: int, words: str) -> None:
    with pytest.raises(InputError) as refused:
        expand_ids(pattern, count)
    assert words in str(refused.value)


@settings(deadline=None)
@given(st.text(max_size=20), st.integers(-3, 10_000))
def test_no_pattern_breaks_it(pattern: str, count: int) -> None:
    try:
        ids = expand_ids(pattern, count)
    except InputError:
        return
    assert len(ids) == len(set(ids)) or "{" in pattern


def test_the_id_after_an_id() -> None:
    assert [following("CP_9"), following("CP_09"), following("CP")] == ["CP_10", "CP_10", "CP_1"]


@pytest.mark.parametrize(
    ("text", "value"),
    [("32", 32), ("32.5", 32.5), ("abc", "abc"), ("", ""), ("inf", "inf"), ("nan", "nan"), ("1e3", 1000)],
)
def test_a_number_is_a_number_and_all_else_stays_text(text: str, value: object) -> None:
    assert number_or_text(text) == value


def test_a_draft_makes_charge_points_that_parse() -> None:
    """S0-15: phases, limits, connectors, central system."""
    draft = Draft(
        id="CP_{1..2}", nb_connectors="2", nb_phases="1", max_setpoint="20", max_setpoint_per_connector="16"
    )
    specs = [draft.spec(station_id) for station_id in draft.ids()]
    assert [spec.id for spec in specs] == ["CP_1", "CP_2"]
    assert {(s.nb_connectors, s.nb_phases, s.max_setpoint, s.max_setpoint_per_connector) for s in specs} == {
        (2, 1, 20.0, 16.0)
    }
    assert specs[1].serial == "S/NCP_2"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"nb_phases": "4"}, "nb_phases: 4 is not a whole number from 1 to 3"),
        ({"max_setpoint": "abc"}, "max_setpoint: 'abc' is not a number above 0 to 1000"),
        ({"central_system": "http://x"}, "central_system: 'http://x' is not a central system's URL"),
        ({"central_system": ""}, "central_system: '' is not"),
        ({"nb_connectors": "0"}, "nb_connectors: 0 is not a whole number from 1"),
        ({"vendor": "x" * 21}, "is not a text of 1 to 20"),
        ({"voltage": "-1"}, "voltage: -1 is not a number above 0"),
    ],
)
def test_a_wrong_field_is_refused_in_the_words_of_the_start_entry(changes: dict[str, str], words: str) -> None:
    with pytest.raises(InputError) as refused:
        replace(Draft(), **changes).spec("CP_1")  # type: ignore[arg-type]
    assert words in str(refused.value)


@pytest.mark.parametrize("count", ["x", "1.5", ""])
def test_how_many_is_a_whole_number(count: str) -> None:
    with pytest.raises(InputError, match="count"):
        Draft(count=count).ids()


def test_an_id_of_the_yard_is_not_free_and_the_next_free_one_is_proposed() -> None:
    taken = {"CP_1", "CP_2"}
    with pytest.raises(InputError, match="it is in the yard already"):
        Draft(id="CP_2").ids(taken)
    assert Draft().free(taken).id == "CP_3"


def test_the_other_kind_of_current_brings_limits_that_make_sense() -> None:
    direct = Draft().of_type(CurrentType.DC)
    spec = direct.spec("CP_1")
    assert (spec.type, spec.nb_phases, spec.max_setpoint, spec.voltage) == (CurrentType.DC, 1, 150_000.0, 400.0)
    assert direct.of_type(CurrentType.AC) == Draft()


def entry(station_id: str, **more: object) -> dict[str, object]:
    """A start entry."""
    return {"id": station_id, "central_system": "ws://localhost:9000", **more}


def test_a_saved_setup_is_the_entries_of_all_charge_points_and_loads_again() -> None:
    """S0-19, S0-20."""
    specs = [parse_spec(entry("CP_1", nb_connectors=2)), parse_spec(entry("CP_2", type="DC"))]
    stations = [station(station_id=spec.id, status=with_entry(STATUS, spec)) for spec in specs]
    text, left_out = setup_text(stations)
    assert left_out == []
    assert json.loads(text) == {"charge_points": [spec.to_entry() for spec in specs]}
    assert [parse_spec(loaded) for loaded in parse_setup(text.encode(), "setup.json").entries] == specs


def test_a_foreign_charge_point_is_saved_from_what_its_status_says_and_an_unreadable_one_is_named() -> None:
    fleet = Fleet(TOPICS)
    fleet.apply(TOPICS.station("CP_9", "status"), b"5")
    unreadable = fleet.get("CP_9")
    assert isinstance(unreadable, Station)
    foreign = station(replace(AVAILABLE, max_setpoint=16.0), AVAILABLE, station_id="CP_8")
    text, left_out = setup_text([foreign, unreadable])
    [loaded] = parse_setup(text.encode(), "setup.json").entries
    spec = parse_spec(loaded)
    assert (spec.id, spec.nb_connectors, spec.max_setpoint, spec.max_setpoint_per_connector) == (
        "CP_8",
        2,
        32.0,
        32.0,
    )
    assert left_out == ["CP_9"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "setup.json: '' is not JSON"),
        (b"5", "setup.json: 5 is not a JSON object"),
        (b'{"charge_point": []}', "charge_points: nothing is not an array"),
        (b'{"charge_points": [], "x": 1}', "'x' is not a known key"),
        (b'[{"id": "a b"}]', "charge_points[0].id: 'a b' is not an id"),
        (b'[{"id": "A"}, {"id": "B", "nb_phases": 9}]', "charge_points[1].nb_phases: 9 is not"),
        (b'[{"id": "A"}, {"id": "A"}]', "charge_points[1].id: 'A' is not an id of its own: charge_points[0] has it"),
        (b"[5]", "charge_points[0]: 5 is not a JSON object"),
    ],
)
def test_a_wrong_setup_says_where_and_what(text: bytes, words: str) -> None:
    with pytest.raises(InputError) as refused:
        parse_setup(text, "setup.json")
    assert words in str(refused.value)


def yard_of(*entries: dict[str, object]) -> list[Station]:
    """The charge points that these entries started."""
    return [
        station(status=ChargePointStatus.of(parse_spec(one), Registration.ACCEPTED), station_id=str(one["id"]))
        for one in entries
    ]


def test_a_setup_is_compared_with_the_yard_by_what_it_says() -> None:
    wider = entry("B", nb_connectors=2)
    setup = parse_setup(json.dumps([entry("A"), wider, entry("C")]).encode(), "setup.json")
    found = difference(setup, yard_of(entry("A"), entry("B"), entry("D")))
    assert ([e["id"] for e in found.added], [e["id"] for e in found.changed]) == (["C"], ["B"])
    assert (found.equal, found.beside) == (1, ("D",))
    assert (found.removed(LoadMode.MERGE), found.removed(LoadMode.REPLACE)) == ((), ("B", "D"))
    assert [e["id"] for e in found.started(LoadMode.MERGE)] == ["C"]
    assert [e["id"] for e in found.started(LoadMode.REPLACE)] == ["B", "C"]


def test_the_preview_tells_what_loading_would_change() -> None:
    wider = entry("B", nb_connectors=2)
    setup = parse_setup(json.dumps([entry("A"), wider, entry("C")]).encode(), "setup.json")
    found = difference(setup, yard_of(entry("A"), entry("B"), entry("D")))
    assert preview(found, LoadMode.MERGE) == [
        "+ starts 1 charge point: C",
        "~ stays as it is, the file differs: 1 charge point: B",
        "  not in the file, stays: 1 charge point: D",
        "= 1 as in the file already",
    ]
    assert preview(found, LoadMode.REPLACE)[1:3] == [
        "~ starts anew, with other settings and without data: 1 charge point: B",
        "- removes 1 charge point: D",
    ]
    assert preview(difference(parse_setup(b"[]", "setup.json"), []), LoadMode.MERGE) == [
        "The file holds no charge point."
    ]


def test_what_was_removed_can_be_added_again_in_the_order_of_a_stack() -> None:
    removals = Removals()
    removals.note(yard_of(entry("A"), entry("B")))
    removals.note(yard_of(entry("C")))
    assert len(removals) == 2
    assert [e["id"] for e in removals.take(())] == ["C"]
    assert [e["id"] for e in removals.take({"A"})] == ["B"]
    assert removals.take(()) == ()


def test_a_clone_has_everything_of_its_model_but_what_is_its_own() -> None:
    model = entry("CP_7", vehicle="generic", firmware_version="2.1", fixed_cable=True, imsi="1")
    draft = Draft.like(model)
    spec = draft.spec("CP_8")
    assert (draft.id, spec.firmware_version, spec.fixed_cable, spec.imsi) == ("CP_8", "2.1", True, "")
    assert spec.serial == "S/NCP_8"


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_makes_a_charge_point_and_is_recognized(name: str) -> None:
    draft = Draft().of_template(name)
    assert draft.template == name
    assert draft.spec("CP_1").type is draft.type
    assert replace(draft, voltage="231").template == "own"


@pytest.mark.parametrize(
    ("typed", "pool"), [("", None), ("yes", True), ("no", False), ("east", "east")], ids=["yard", "yes", "no", "name"]
)
def test_where_it_lives_is_left_to_the_yard_unless_it_is_typed(typed: str, pool: object) -> None:
    spec = Draft(pool=typed).spec("CP_1")
    assert spec.pool == pool
    assert Draft.like(spec.to_entry()).pool == typed


def test_a_wrong_pool_is_refused() -> None:
    with pytest.raises(InputError, match="pool: 'a b' is not true, false or a pool's name"):
        Draft(pool="a b").spec("CP_1")


def test_a_security_profile_asks_for_what_it_needs_and_no_more() -> None:
    fields = ("authorization_key", "central_system_root", "client_certificate", "client_key", "tls_verify")
    asked = {profile: [name for name in fields if Draft(security_profile=profile).asks(name)] for profile in "0123"}
    assert asked == {
        "0": [],
        "1": ["authorization_key"],
        "2": ["authorization_key", "central_system_root", "tls_verify"],
        "3": ["central_system_root", "client_certificate", "client_key", "tls_verify"],
    }
    with pytest.raises(InputError, match="authorization_key: nothing is not a password"):
        Draft(security_profile="2").spec("CP_1")


def test_a_secured_charge_point_is_made_and_cloned() -> None:
    draft = Draft(
        central_system="wss://csms.test",
        security_profile="2",
        authorization_key="a password of text",
        central_system_root="/etc/root.pem",
        client_key="/left/out",
        tls_verify="no",
    )
    security = draft.spec("CP_1").security
    assert (security.profile, security.authorization_key) == (2, "a password of text")
    assert (security.central_system_root, security.client_key, security.tls_verify) == ("/etc/root.pem", "", False)
    assert Draft.like(draft.spec("CP_1").to_entry()).spec("CP_1").security == security
