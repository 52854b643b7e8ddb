"""The zygote: a charge point that is loaded and warm, and from which others are forked instead of started anew."""
