"""The program's own verifier of recount bundles; docs/bundle.md says what each step checks.

It stands on the same modules as the count that it checks. Whoever trusts neither has `verify.py`,
which shares no line with them; a test holds the two together, step by step.
"""
