"""Results that were measured before: compared, followed over time, and written for others' tools."""
