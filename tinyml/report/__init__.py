"""What was found, for people and for machines: facts of each stage, records, comparisons, the terminal."""
