"""The way to supervisord: XML-RPC in batches over its unix socket."""
