"""The kernel of the reader: from the bytes of frames to decoded packets and the state of connections.

Every function here is plain Python over anything that can be indexed, and every number a plain integer: the
same lines run interpreted over lists and bytes, and compiled over arrays (packets/compiled.py). So nothing
here allocates, and no byte is read but through bytes.py, which never looks outside its packet.
"""
