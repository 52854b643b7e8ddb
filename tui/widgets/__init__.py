"""What is drawn: widgets get objects, draw the cells that ``tui.state`` makes of them, and never publish."""
