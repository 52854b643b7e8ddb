"""The embedded MQTT 3.1.1 broker, for machines without mosquitto: QoS 0 and 1, retained messages, wills.

``packets``, ``decoder`` and ``encoder`` are the wire, ``topics`` the names and the tree that matches them,
``connection`` what one client still has to be sent, ``session`` what survives its connection, ``router`` who gets
which message, ``broker`` the rules - all without a socket or a clock. ``server`` puts them on the network.

Numbers in brackets such as [MQTT-3.1.0-1] are the normative statements of the OASIS standard, 29 October 2014.
"""
