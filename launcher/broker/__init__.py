"""The embedded MQTT broker (3.1, 3.1.1 and 5), for machines without mosquitto: QoS 0 and 1, retained, wills.

``fields``, ``properties``, ``reason_codes``, ``packets``, ``connect_fields``, ``decoder`` and ``encoder`` are the
wire, ``topics`` the names and the tree that matches them, ``delivery`` a message on its way, ``connection`` and
``aliases`` what one client still has to be sent and means, ``session`` and ``sessions`` what survives its
connection, ``shared`` and ``router`` who gets which message, ``broker`` the rules - all without a socket or a clock.
``server`` puts them on the network.

Numbers in brackets such as [MQTT-3.1.0-1] are the normative statements of the OASIS standard of MQTT 3.1.1,
29 October 2014; such as [MQTT5-3.1.2-24] those of MQTT 5, 7 March 2019.
"""
