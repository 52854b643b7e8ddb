"""Every packet a standard-conforming peer may send before MQTT 5, for hypothesis."""

from __future__ import annotations

from hypothesis import strategies as st

from launcher.broker.packets import (
    Connack,
    Connect,
    ConnectReturnCode,
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

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0+#"), min_size=1, max_size=20)
levels = st.sampled_from(["a", "b", "c", "", "$x"])
few_names = st.lists(levels, min_size=1, max_size=4).map("/".join).filter(bool)
few_filters = st.builds(
    lambda head, tail: "/".join([*head, *tail]),
    st.lists(levels | st.just("+"), max_size=4),
    st.sampled_from([[], ["#"]]),
).filter(bool)
payloads = st.binary(max_size=200)
packet_ids = st.integers(1, 0xFFFF)
qos = st.integers(0, 2)
messages = st.builds(Message, names, payloads, qos)


@st.composite
def connects(draw: st.DrawFn) -> Connect:
    user_name = draw(st.none() | texts)
    return Connect(
        client_id=draw(texts),
        clean_start=draw(st.booleans()),
        keep_alive_s=draw(st.integers(0, 0xFFFF)),
        will=draw(st.none() | st.builds(Will, messages, st.booleans())),
        user_name=user_name,
        password=None if user_name is None else draw(st.none() | payloads),
        protocol_level=draw(st.sampled_from([3, 4])),
    )


@st.composite
def publishes(draw: st.DrawFn) -> Publish:
    message = draw(messages)
    if message.qos == 0:
        return Publish(message, retain=draw(st.booleans()))
    return Publish(message, draw(st.booleans()), draw(st.booleans()), draw(packet_ids))


def _with_id(*kinds: type[Puback | Pubrec | Pubrel | Pubcomp | Unsuback]) -> st.SearchStrategy[Packet]:
    return st.one_of(*(st.builds(kind, packet_ids) for kind in kinds))


subscribes = st.builds(
    Subscribe, packet_ids, st.lists(st.tuples(few_filters, qos), min_size=1, max_size=4).map(tuple)
)
unsubscribes = st.builds(Unsubscribe, packet_ids, st.lists(few_filters, min_size=1, max_size=4).map(tuple))

from_clients_4: st.SearchStrategy[Packet] = st.one_of(
    connects(),
    publishes(),
    _with_id(Puback, Pubrec, Pubrel, Pubcomp),
    subscribes,
    unsubscribes,
    st.just(Pingreq()),
    st.just(Disconnect()),
)
packets_4: st.SearchStrategy[Packet] = st.one_of(
    from_clients_4,
    st.builds(Connack, st.sampled_from(ConnectReturnCode), st.booleans()),
    st.builds(Suback, packet_ids, st.lists(st.sampled_from([0, 1, 2, 0x80]), max_size=4).map(tuple)),
    _with_id(Unsuback),
    st.just(Pingresp()),
)
