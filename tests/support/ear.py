"""An MQTT client that remembers everything below a root."""

from __future__ import annotations

import threading
import uuid

import paho.mqtt.client as paho

from chargepoint.api.topics import Topics


class Ear:
    """What is retained (``heard``), and everything that was said in order (``said``), since it is connected."""

    def __init__(self, port: int, topics: Topics) -> None:
        self.heard: dict[str, bytes] = {}
        self.said: list[tuple[str, bytes]] = []
        self._subscribed = threading.Event()
        self._caught_up = threading.Event()
        self._end = ""
        self._client = paho.Client(paho.CallbackAPIVersion.VERSION2)
        self._client.on_connect = lambda client, *_: client.subscribe(f"{topics.root}/#", 1)
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        self._client.on_message = self._remember
        self._client.reconnect_delay_set(1, 1)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        assert self._subscribed.wait(10), f"no answer from the broker on port {port}"
        # What is retained comes before what is said after the subscription.
        self._end = f"{topics.root}/end/{uuid.uuid4().hex}"
        self._client.publish(self._end, b"", 1)
        assert self._caught_up.wait(10), f"the broker on port {port} does not tell what it retains"

    def close(self) -> None:
        """Leave."""
        self._client.disconnect()
        self._client.loop_stop()

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Publish, and return when the broker has it."""
        self._client.publish(topic, payload, 1, retain).wait_for_publish(10)

    def _remember(self, client: paho.Client, userdata: object, message: paho.MQTTMessage) -> None:
        if message.topic == self._end:
            self._caught_up.set()
            return
        if message.payload:
            self.heard[message.topic] = message.payload
        else:
            self.heard.pop(message.topic, None)
        self.said.append((message.topic, message.payload))
