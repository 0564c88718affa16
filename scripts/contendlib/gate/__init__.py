"""The regression gate: tight pairs of base and head, decided as they come, with error rates that are known."""
