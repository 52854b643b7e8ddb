"""What each command of ``cp-simu`` does. Every function takes the parsed options and returns the exit code."""
