"""What an operator does with a charger: start it, stop it, limit it; each a short conversation of commands."""

from __future__ import annotations

from dataclasses import dataclass, field

from chargepoint.ocpp.frames import Payload
from chargepoint.ocpp.v16 import Action
from csms.commands import DEFAULT_TIMEOUT_S, CommandError, Commands
from csms.csms import CentralSystem
from csms.v16.smart_charging import Limit, default_profile, max_profile

ACCEPTED = "Accepted"
DEFAULT_ID_TAG = "transaction1"
DEFAULT_LIMIT_A = 100.0


class NotAccepted(CommandError):
    """The charge point has answered, and its answer is no."""

    def __init__(self, charge_point: str, action: str, status: str) -> None:
        super().__init__(f"{charge_point} answered {action} with {status}")
        self.status = status


class NothingToStop(CommandError):
    """No transaction of the charge point answers the description, or more than one does."""


@dataclass(frozen=True, slots=True)
class RemoteStart:
    """How to start: ``connector_id`` None leaves the choice to the charger; ``limit`` is what it may draw then."""

    id_tag: str = DEFAULT_ID_TAG
    connector_id: int | None = None
    limit: Limit = field(default_factory=lambda: Limit(DEFAULT_LIMIT_A))


@dataclass(frozen=True, slots=True)
class Operator:
    """Acts on the charge points of ``system``; every act waits ``timeout_s`` for each answer and raises a
    CommandError for what was not accepted."""

    system: CentralSystem
    commands: Commands
    timeout_s: float = DEFAULT_TIMEOUT_S

    async def start(self, charge_point: str, how: RemoteStart) -> str:
        """Start a transaction remotely and, once that is accepted, send the charging profile for it.

        The profile is a TxDefaultProfile: the transaction has no id yet, which a TxProfile would need (OCPP 1.6
        section 3.13.1). Returns what became of the profile: its status, or why there is none.
        """
        request: dict[str, object] = {"idTag": how.id_tag}
        if how.connector_id is not None:
            request["connectorId"] = how.connector_id
        await self._accepted(charge_point, Action.remote_start_transaction, request)
        profile = default_profile(how.limit, how.connector_id or 0)
        try:
            answer = await self.commands.call(charge_point, Action.set_charging_profile, profile, self.timeout_s)
        except CommandError as error:
            return str(error)
        return answer.status

    async def stop(
        self, charge_point: str, *, transaction_id: int | None = None, connector_id: int | None = None
    ) -> int:
        """Stop the running transaction remotely and return its id; one of several must be named by its id or its
        connector."""
        self.commands.check_connected(charge_point)
        if transaction_id is None:
            transaction_id = self._only_one(charge_point, connector_id)
        await self._accepted(charge_point, Action.remote_stop_transaction, {"transactionId": transaction_id})
        return transaction_id

    async def limit(self, charge_point: str, limit: Limit, connector_id: int, now: float) -> None:
        """Limit the whole charge point (connector 0) or the transactions on one connector."""
        profile = default_profile(limit, connector_id, now) if connector_id else max_profile(limit, now)
        await self._accepted(charge_point, Action.set_charging_profile, profile)

    async def clear_limits(self, charge_point: str) -> str:
        """Clear every charging profile, and return the status: Unknown when there was none."""
        return (await self.commands.call(charge_point, Action.clear_charging_profile, {}, self.timeout_s)).status

    def _only_one(self, charge_point: str, connector_id: int | None) -> int:
        running = self.system.transactions.of(charge_point)
        match [each.id for each in running if connector_id in (None, each.connector_id)]:
            case [transaction_id]:
                return transaction_id
            case []:
                where = "" if connector_id is None else f" on connector {connector_id}"
                raise NothingToStop(f"{charge_point} has no running transaction{where}")
            case several:
                ids = ", ".join(map(str, several))
                raise NothingToStop(f"{charge_point} has {len(several)} running transactions ({ids}): name one")

    async def _accepted(self, charge_point: str, action: str, payload: Payload) -> None:
        answer = await self.commands.call(charge_point, action, payload, self.timeout_s)
        if answer.status != ACCEPTED:
            raise NotAccepted(charge_point, action, answer.status)
