"""Virtual time: charge points and a central system in one process, whose clock jumps over idleness."""
