"""One module per suite: turns its rows into decisions. The rules are written down in contendlib.verdicts."""
