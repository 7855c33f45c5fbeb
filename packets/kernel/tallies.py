"""Numbers that are kept of the whole capture while it goes by."""

(
    CONNECTIONS,  # rows in use of the table of connections
    FLOWS,  # flows seen: the same two endpoints and protocol
    HOSTS,
    FREE,  # first free node of the pool + 1, 0: none
    NODES,  # nodes of the pool that were ever used
    LAST_TIME,  # of the frame before, ns; valid once FRAMES > 0
    FRAMES,
    TWINS,  # packets that repeat an earlier one within a moment (see kernel/copies.py)
    CHECKED,  # TCP checksums looked at
    LONGEST_CUT,  # bytes kept of the longest frame that was cut short
    LARGEST,  # bytes of the largest frame that no network carries
    STEP,  # ns, the largest jump of the clock, either way
    FIRST_TIME,
    EARLIEST,
    LATEST,
    WIDTH,
) = range(16)

# Frames that show something about the recording: a count and the first frames of each kind.
CUT, COPIES, STEPS, LARGE = range(4)
NOTES = 4
COUNT, KEPT = 0, 12  # a row of the notes: the count, then up to KEPT frames


# These are definitions, not judgements: from where on a fact has its name.
BACK = 1_000_000  # ns; several receive queues swap frames by microseconds; a clock that is set does more
# Idle connections rest for hours (the default keepalive: two); nobody captures a silent day.
AHEAD = 86_400_000_000_000  # ns
JUMBO = 9216  # bytes; the largest frame in common use
