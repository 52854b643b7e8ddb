"""The error codes of CALLERROR, and how each version of OCPP-J spells them."""

from __future__ import annotations

from enum import StrEnum


class CallErrorCode(StrEnum):
    """Error codes as OCPP-J 1.6 spells them (section 4.2.3); the one r in ``Occurence`` is the standard's own."""

    NOT_IMPLEMENTED = "NotImplemented"
    NOT_SUPPORTED = "NotSupported"
    INTERNAL_ERROR = "InternalError"
    PROTOCOL_ERROR = "ProtocolError"
    SECURITY_ERROR = "SecurityError"
    FORMATION_VIOLATION = "FormationViolation"
    PROPERTY_CONSTRAINT_VIOLATION = "PropertyConstraintViolation"
    OCCURENCE_CONSTRAINT_VIOLATION = "OccurenceConstraintViolation"
    TYPE_CONSTRAINT_VIOLATION = "TypeConstraintViolation"
    GENERIC_ERROR = "GenericError"
