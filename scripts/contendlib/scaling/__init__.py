"""What an executor makes of more cores and of smaller items: METG, Amdahl and USL."""
