"""Search: what is written into the index, and how a reader's words find it again."""
