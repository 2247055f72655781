"""The rules of counting, one a file."""
