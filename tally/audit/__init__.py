"""Audits by samples: what must hold for an outcome, which sheets to look at, when to stop."""
