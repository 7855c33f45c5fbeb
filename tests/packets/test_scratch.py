"""Arrays that move into a file when they grow: nobody who looks at them notices."""

import numpy as np
import pytest

from packets.scratch import Scratch


@pytest.mark.parametrize("width", [0, 3])
@pytest.mark.parametrize("in_memory", [0, 80, 1 << 20])
def test_appended_rows_come_back_whether_they_lie_in_memory_or_in_a_file(width, in_memory):
    scratch = Scratch(np.int64, width, in_memory)
    shape = (5, width) if width else (5,)
    pieces = [np.arange(5 * max(width, 1)).reshape(shape) + 100 * n for n in range(20)]
    for piece in pieces:
        scratch.append(len(piece), lambda out, piece=piece: np.copyto(out, piece))
    scratch.map()
    assert (scratch.view == np.concatenate(pieces)).all()
    scratch.forget()
    assert (scratch.view == np.concatenate(pieces)).all()


@pytest.mark.parametrize("in_memory", [0, 100, 1 << 20])
def test_reserved_room_is_zero_and_keeps_what_was_written(in_memory):
    scratch = Scratch(np.int64, 2, in_memory)
    for rows in (1, 10, 11, 500):
        scratch.reserve(rows)
        assert len(scratch.view) >= rows
        assert (scratch.view[rows - 1] == 0).all()
        scratch.view[rows - 1] = rows
    assert [int(scratch.view[rows - 1, 0]) for rows in (1, 10, 11, 500)] == [1, 10, 11, 500]


def test_what_was_in_memory_is_let_go_when_a_file_takes_over():
    scratch = Scratch(np.int64, in_memory=8 * 10)
    first = scratch.view
    scratch.reserve(11)
    assert scratch.view.base is not first


def test_an_array_without_rows_shows_none():
    scratch = Scratch(np.int32)
    scratch.map()
    assert len(scratch.view) == 0
