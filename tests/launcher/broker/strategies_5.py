"""Every packet a standard-conforming peer of MQTT 5 may send, for hypothesis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from launcher.broker.packets import (
    Auth,
    Connack,
    Connect,
    Disconnect,
    Message,
    Packet,
    Pingreq,
    Pingresp,
    Puback,
    Pubcomp,
    Publish,
    Pubrec,
    Pubrel,
    Suback,
    Subscribe,
    Unsuback,
    Unsubscribe,
    Will,
)
from launcher.broker.properties import NO_PROPERTIES, Properties
from launcher.broker.reason_codes import (
    OF_AUTH,
    OF_CONNACK,
    OF_DISCONNECT,
    OF_RECEIVED,
    OF_RELEASED,
    OF_SUBACK,
    OF_UNSUBACK,
    ReasonCode,
)
from tests.launcher.broker.strategies import few_filters, few_names, names, packet_ids, payloads, qos, texts

flags = st.integers(0, 1)
numbers = st.integers(0, 0xFFFF)
long_numbers = st.integers(0, 0xFFFFFFFF)
identifiers = st.integers(1, 0x0FFFFFFF)
user_properties = st.lists(st.tuples(texts, texts), min_size=1, max_size=3).map(tuple)

_OF_MESSAGES: dict[str, st.SearchStrategy[Any]] = {
    "payload_format_indicator": flags,
    "message_expiry_interval_s": long_numbers,
    "content_type": texts,
    "response_topic": names,
    "correlation_data": payloads,
    "user_properties": user_properties,
}
_OF_CONNECT: dict[str, st.SearchStrategy[Any]] = {
    "session_expiry_interval_s": long_numbers,
    "receive_maximum": st.integers(1, 0xFFFF),
    "maximum_packet_size_bytes": st.integers(1, 0xFFFFFFFF),
    "topic_alias_maximum": numbers,
    "request_response_information": flags,
    "request_problem_information": flags,
    "user_properties": user_properties,
}
_OF_CONNACK: dict[str, st.SearchStrategy[Any]] = {
    "session_expiry_interval_s": long_numbers,
    "receive_maximum": st.integers(1, 0xFFFF),
    "maximum_qos": flags,
    "retain_available": flags,
    "maximum_packet_size_bytes": st.integers(1, 0xFFFFFFFF),
    "assigned_client_identifier": texts,
    "topic_alias_maximum": numbers,
    "reason_string": texts,
    "user_properties": user_properties,
    "wildcard_subscription_available": flags,
    "subscription_identifier_available": flags,
    "shared_subscription_available": flags,
    "server_keep_alive_s": numbers,
    "response_information": texts,
    "server_reference": texts,
    "authentication_method": texts,
    "authentication_data": payloads,
}
_OF_ANSWERS: dict[str, st.SearchStrategy[Any]] = {"reason_string": texts, "user_properties": user_properties}


def properties(some: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Properties]:
    """Any of these properties; if there are none, the very object that says so."""
    found = st.fixed_dictionaries({}, optional=some).map(lambda values: Properties(**values))
    return found.map(lambda one: NO_PROPERTIES if one == NO_PROPERTIES else one)


messages = st.builds(Message, names, payloads, qos, properties(_OF_MESSAGES))
few_messages = st.builds(Message, few_names, payloads, qos, properties(_OF_MESSAGES))


def wills(delays_s: st.SearchStrategy[int] = long_numbers) -> st.SearchStrategy[Will]:
    return st.builds(Will, messages, st.booleans(), delays_s)


connects = st.builds(
    Connect,
    client_id=texts,
    clean_start=st.booleans(),
    keep_alive_s=numbers,
    will=st.none() | wills(),
    user_name=st.none() | texts,
    password=st.none() | payloads,
    protocol_level=st.just(5),
    properties=properties(_OF_CONNECT)
    | properties({**_OF_CONNECT, "authentication_data": payloads}).map(
        lambda one: replace(one, authentication_method="SCRAM-SHA-1")
    ),
)


@st.composite
def publishes(
    draw: st.DrawFn,
    messages: st.SearchStrategy[Message],
    passing: dict[str, st.SearchStrategy[Any]],
) -> Publish:
    message = draw(messages)
    this_way = draw(properties(passing))
    if this_way.topic_alias is not None and draw(st.booleans()):
        message = replace(message, topic="")
    if message.qos == 0:
        return Publish(message, retain=draw(st.booleans()), properties=this_way)
    return Publish(message, draw(st.booleans()), draw(st.booleans()), draw(packet_ids), this_way)


def _answers(
    kinds: Sequence[type[Puback | Pubrec | Pubrel | Pubcomp]], codes: frozenset[ReasonCode]
) -> st.SearchStrategy[Packet]:
    chosen = st.sampled_from(sorted(codes))
    return st.one_of(*(st.builds(kind, packet_ids, chosen, properties(_OF_ANSWERS)) for kind in kinds))


def _several(codes: frozenset[ReasonCode]) -> st.SearchStrategy[Any]:
    return st.lists(st.sampled_from(sorted(codes)), max_size=4).map(tuple)


options = st.builds(
    lambda qos, flags, retained: qos | flags | retained,
    qos,
    st.sampled_from([0, 4, 8, 12]),
    st.sampled_from([0, 0x10, 0x20]),
)
subscribes = st.builds(
    Subscribe,
    packet_ids,
    st.lists(st.tuples(few_filters, options), min_size=1, max_size=4).map(tuple),
    properties({"subscription_identifiers": identifiers.map(lambda one: (one,)), "user_properties": user_properties}),
)
unsubscribes = st.builds(
    Unsubscribe,
    packet_ids,
    st.lists(few_filters, min_size=1, max_size=4).map(tuple),
    properties({"user_properties": user_properties}),
)
disconnects = st.builds(
    Disconnect,
    st.sampled_from(sorted(OF_DISCONNECT)),
    properties({**_OF_ANSWERS, "session_expiry_interval_s": long_numbers, "server_reference": texts}),
)
auths = st.builds(
    Auth,
    st.sampled_from(sorted(OF_AUTH)),
    properties({**_OF_ANSWERS, "authentication_method": texts, "authentication_data": payloads}),
)
from_clients_5: st.SearchStrategy[Packet] = st.one_of(
    connects,
    publishes(few_messages, {"topic_alias": st.integers(1, 3)}),
    _answers([Puback, Pubrec], OF_RECEIVED),
    _answers([Pubrel, Pubcomp], OF_RELEASED),
    subscribes,
    unsubscribes,
    disconnects,
    auths,
    st.just(Pingreq()),
)
packets_5: st.SearchStrategy[Packet] = st.one_of(
    from_clients_5,
    publishes(
        messages,
        {
            "topic_alias": st.integers(0, 0xFFFF),
            "subscription_identifiers": st.lists(identifiers, min_size=1, max_size=3).map(tuple),
        },
    ),
    st.builds(Connack, st.sampled_from(sorted(OF_CONNACK)), st.booleans(), properties(_OF_CONNACK)),
    st.builds(Suback, packet_ids, _several(OF_SUBACK), properties(_OF_ANSWERS)),
    st.builds(Unsuback, packet_ids, _several(OF_UNSUBACK), properties(_OF_ANSWERS)),
    st.just(Pingresp()),
)
