"""Whom connections with TLS trust that are none of a station's own: to a broker, to file servers, for a first look at
a central system."""

from __future__ import annotations

import ssl


def trusting(cafile: str = "", cadata: str = "") -> ssl.SSLContext:
    """TLS 1.2 or later towards servers that the system, or the certificates (PEM) in a file vouch for, and those in a
    text besides. Raises OSError, as which ssl.SSLError counts.

    The same on every Python: from 3.13 on one refuses authorities without the extensions of RFC 5280, as private ones
    often are, and trusts what is given as it is, whoever has issued it.
    """
    context = ssl.create_default_context(cafile=cafile or None)
    context.verify_flags = (context.verify_flags | ssl.VERIFY_X509_PARTIAL_CHAIN) & ~ssl.VERIFY_X509_STRICT
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if cadata:
        context.load_verify_locations(cadata=cadata)
    return context
