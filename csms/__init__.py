"""The other end of the wire: a central system to test against, with an HTTP control API."""
