"""What lies in every recount bundle, for whoever wants to count again: they import none of us."""
