"""The file formats of captures, one module each: bytes of a file in, batches of raw frames out."""
