"""A central system without OCPP: it answers what it must and asks for one kind of message as fast as they come.

``python -m tests.benchmarks._raw_central Heartbeat`` (or MeterValues, or Nothing) prints its port, and how many
frames there were for each line it reads.
"""

from __future__ import annotations

import asyncio
import sys

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

NOW = "2030-01-01T00:00:00Z"
frames = 0


async def talk(connection: ServerConnection) -> None:
    """One station: every message of the kind that is asked for is answered, and the next one asked for."""
    global frames
    wanted = sys.argv[1]
    of_connector = ',"connectorId":1' if wanted == "MeterValues" else ""
    asked = 0
    try:
        async for text in connection:
            frames += 1
            assert isinstance(text, str)
            if not text.startswith("[2,"):
                continue
            _, call_id, _, action, _ = text.split('"', 4)
            answers = [f'[3,"{call_id}",{{}}]']
            if action == "Heartbeat":
                answers = [f'[3,"{call_id}",{{"currentTime":"{NOW}"}}]']
            elif action == "BootNotification":
                answers = [f'[3,"{call_id}",{{"currentTime":"{NOW}","interval":86400,"status":"Accepted"}}]']
            elif action == "Authorize":
                answers = [f'[3,"{call_id}",{{"idTagInfo":{{"status":"Accepted"}}}}]']
            elif action == "StartTransaction":
                answers = [f'[3,"{call_id}",{{"transactionId":{frames},"idTagInfo":{{"status":"Accepted"}}}}]']
            if wanted != "Nothing" and action in ("BootNotification", wanted):
                asked += 1
                answers.append(f'[2,"{asked}","TriggerMessage",{{"requestedMessage":"{wanted}"{of_connector}}}]')
            for answer in answers:
                await connection.send(answer)
                frames += 1
    except ConnectionClosed:
        pass


async def main() -> None:
    """Serve until stdin ends."""
    subprotocols = [Subprotocol("ocpp1.6")]
    async with serve(talk, "127.0.0.1", 0, subprotocols=subprotocols, compression=None, ping_interval=None) as server:
        [address] = [socket.getsockname() for socket in server.sockets]
        print(address[1], flush=True)
        while await asyncio.to_thread(sys.stdin.readline):
            print(frames, flush=True)


if __name__ == "__main__":
    asyncio.run(main())
