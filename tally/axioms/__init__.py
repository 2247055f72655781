"""What an outcome keeps of the promises in the literature: proofs that others can check again."""
