"""One stretch of bytes: a capture file, or several glued together, and how each of them ended."""

from collections.abc import Iterator

from packets.errors import CaptureError, Text
from packets.formats import foreign, pcap, pcapng, refusals
from packets.formats.batch import Batch
from packets.formats.oddities import ended, too_many_glued
from packets.formats.reading import End, Ending, Reading
from packets.formats.window import Window

_HEAD = 64  # bytes that tell what begins there
_EVIDENCE = 64 * 1024  # bytes that are searched for signs of a changed file


def recognised(window: Window) -> str | None:
    """The format that the bytes at the start of the window begin: "pcap", "pcap-ns", "pcapng", …; None: no
    capture.
    """
    head = bytes(window.data[:_HEAD])
    if pcapng.recognises(head):
        return "pcapng"
    return pcap.MAGICS[head[:4]][1] if pcap.recognises(head) else None


def read(window: Window, reading: Reading) -> Iterator[Batch]:
    """Yield all frames of the stretch; notes say where and why it ended. Raises CaptureError when there is
    none to read.
    """
    before, form, glued = reading.frames, recognised(window), 0
    while form:
        begin = window.origin
        ending = yield from (pcapng if form == "pcapng" else pcap).read(window, reading)
        stop = window.origin + ending.at
        if ending.end is End.WHOLE:
            return
        if window.origin <= pcap.HEADER:  # still in the first window
            _refuse_spoiled(window, ending, reading)
        window.move(ending.at, _HEAD)
        following = _glued(window, ending) if stop > begin else None  # or it would never end
        note = ended(Ending(End.GLUED, 0) if following else ending, form, reading.frames, stop)
        reading.truncated |= ending.end is End.CUT
        if not following and reading.frames == before:
            _refuse_nothing(ending, form, stop - begin, note.text)
        glued += 1
        if glued > reading.limits.most_glued:
            reading.notes.append(too_many_glued(glued, stop))
            return
        reading.notes.append(note)
        form = following


def _glued(window: Window, ending: Ending) -> str | None:
    head = bytes(window.data[:_HEAD])
    if ending.end not in (End.DAMAGED, End.GLUED) or not (pcap.begins(head) or pcapng.begins(head)):
        return None
    return recognised(window)


def _refuse_spoiled(window: Window, ending: Ending, reading: Reading) -> None:
    """Damage near the start, and all bytes look as text does: nothing in the file can be trusted."""
    sure = ending.end is End.DAMAGED or reading.counts["fraction"] > 0
    spoiled = foreign.spoiled(bytes(window.data[:_EVIDENCE])) if sure else None
    if spoiled:
        raise spoiled


def _refuse_nothing(ending: Ending, form: str, byte: int, why: Text) -> None:
    """Not one packet, and what stands there is none. A file cut off before its first packet is read: it has
    none.
    """
    if ending.end is End.DAMAGED:
        raise CaptureError("damaged", why["en"], why["ja"])
    if form == "pcapng" and not byte:
        raise refusals.cut_section()
