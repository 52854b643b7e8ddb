"""The screen of the yard, in a terminal."""

import os

# Textual draws what a key has changed with its next frame: of 60 a second that is up to 17 ms later. Nothing is drawn
# while nothing changes. Read when Textual is first imported.
os.environ.setdefault("TEXTUAL_FPS", "150")
