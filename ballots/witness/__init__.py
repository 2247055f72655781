"""A witness: signs the state of others' logs, and never two states that contradict each other."""
