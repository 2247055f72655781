"""Counts of ranked ballots as people read them: names, sentences and one page for a file."""
