"""Why an outcome came about, and how near another one was: figures and codes, no sentences."""
