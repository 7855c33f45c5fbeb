"""The containers of the kernel, as they are named in its signatures: lists when interpreted, arrays when
compiled.
"""

from collections.abc import MutableSequence, Sequence

Row = MutableSequence[int]
Rows = Sequence[MutableSequence[int]]
