"""Formats of election files: text in, values out, and back; never a path."""
