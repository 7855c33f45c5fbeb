"""The kinds of expectations: what each says, and with which arguments."""

from dataclasses import dataclass
from typing import Any

from experiments.declaration import limits
from experiments.declaration.forms import Form, Key, ListOf, Names, Schema, Table, must_be, need_table
from experiments.declaration.place import Place
from experiments.declaration.references import Code, HostName, Packets
from experiments.declaration.scalars import DURATION, PERCENT, Flag, Name, Number, OneOf, Text, Whole
from experiments.declaration.steps import REFERENCE

OPEN_STATES = (
    "LISTEN", "SYN-SENT", "SYN-RECV", "ESTAB", "FIN-WAIT-1", "FIN-WAIT-2", "CLOSE-WAIT", "LAST-ACK",
    "CLOSING", "TIME-WAIT",
)  # fmt: skip
STATES = (*OPEN_STATES, "CLOSED")
PORT = Whole(1, 65535)
DAY_S = limits.DAY_NS // 10**9

AT = Key(Text(), "The vantage, as in 'captures'; may be left out where only one is recorded.")
FILTER = Key(Packets(), "Which packets: a filter.", needed=True)
ON = Key(HostName(), "The host.", needed=True)
SOCKET_PORT = Key(PORT, "A port of the socket, local or remote.")
TOLERANCE = Key(PERCENT, "How much it may be off; 10% when nothing is said.")

BOUNDS = Table(
    {
        "least": Key(Whole(0), "At least so many."),
        "most": Key(Whole(0), "At most so many."),
    },
    any_of=("least", "most"),
)


@dataclass(frozen=True)
class Count:
    """A whole number, or ``{ least = 2, most = 4 }`` or one of the two; read into the like."""

    def read(self, value: Any, here: Place) -> int | dict[str, int]:
        """The number, or a dictionary of the bounds."""
        if not isinstance(value, dict):
            return Whole(0).read(value, here)
        said = BOUNDS.read(value, here)
        if not value:
            raise must_be(
                here,
                "a number, or a table of 'least' or 'most' or both",
                "数値、または 'least' と 'most' の表",
                value,
            )
        if said.get("least", 0) > said.get("most", limits.NUMBER):
            said.wrong("least", "'least' is more than 'most'.", "'least' が 'most' より大きくなっています。")
        return dict(said.values)

    def schema(self) -> Schema:
        """Either."""
        return {"anyOf": [*Whole(0).schema()["anyOf"], BOUNDS.schema()]}


@dataclass(frozen=True)
class NumberOfFinding:
    """A number, text or truth, a list of them, or bounds."""

    def read(self, value: Any, here: Place) -> Any:
        """The like; a text of digits is a number when a placeholder made it one."""
        if isinstance(value, bool):
            return value
        if isinstance(value, list):
            return ListOf(self, limits.SEQUENCE, ("values", "値")).read(value, here)
        if isinstance(value, dict):
            return Count().read(value, here)
        if isinstance(value, str):
            text = Text().read(value, here)
            return Whole().read(text, here) if text != value and text.isdecimal() else text
        return (Whole() if isinstance(value, int) else Number()).read(value, here)

    def schema(self) -> Schema:
        """Anything but null."""
        return {"type": ["number", "string", "boolean", "array", "object"]}


FIGURE = Name(
    "[a-z][a-z0-9_]{0,63}",
    (
        "the name of a number is made of a-z, 0-9 and _, and begins with a letter",
        "数値の名前には a-z、0-9、_ だけが使え、先頭は英字です",
    ),
)


@dataclass(frozen=True)
class Numbers:
    """``{ of = CODE, at = VANTAGE, NAME = VALUE, … }``."""

    fixed = {"of": Key(Code(), "The code of the finding.", needed=True), "at": AT}
    free = Names(FIGURE, NumberOfFinding(), limits.SEQUENCE, ("numbers", "数値"), least=1)

    def read(self, value: Any, here: Place) -> Any:
        """Said, with the free names under "numbers"."""
        table = need_table(value, here)
        named = {key: table[key] for key in table if key in self.fixed}
        said = Table(self.fixed).read(named, here)
        numbers = self.free.read({key: table[key] for key in table if key not in self.fixed}, here)
        return type(said)(here, {**said.values, "numbers": numbers})

    def schema(self) -> Schema:
        """An object with two known properties."""
        known = Table(self.fixed).schema()
        return known | {
            "propertyNames": self.free.pattern.schema(),
            "additionalProperties": NumberOfFinding().schema(),
            "minProperties": 2,
        }


def _sequence(form: Form, what: tuple[str, str], least: int = 1, unique: bool = False) -> ListOf:
    return ListOf(form, limits.SEQUENCE, what, least, unique)


KINDS: dict[str, Key] = {
    "finding": Key(Code(), "The code of a diagnosis that must be found, at the vantage 'at'."),
    "no_finding": Key(Code(star=True), 'A code that must not be found; "*": no error and no warning at all.'),
    "numbers": Key(Numbers(), "Numbers of a finding: { of = CODE, NAME = NUMBER, … }."),
    "packets": Key(
        Table(
            {
                "at": AT,
                "filter": FILTER,
                "count": Key(Count(), "How many: 6, or { least = 2, most = 4 }.", needed=True),
            }
        ),
        "So many packets match.",
    ),
    "no_packets": Key(Table({"at": AT, "filter": FILTER}), "No packet matches."),
    "order": Key(
        Table(
            {
                "at": AT,
                "filters": Key(
                    _sequence(Packets(), ("filters", "フィルター"), least=2),
                    "Each matches a packet after the one before; others may lie between.",
                    needed=True,
                ),
            }
        ),
        "Packets come in this order.",
    ),
    "gaps": Key(
        Table(
            {
                "at": AT,
                "filter": FILTER,
                "seconds": Key(
                    _sequence(Number(0, DAY_S), ("gaps", "間隔")),
                    "Exactly these gaps, in seconds.",
                    needed=True,
                ),
                "tolerance": TOLERANCE,
            }
        ),
        "The time between consecutive packets that match.",
    ),
    "ttl": Key(
        Table({"at": AT, "filter": FILTER, "equals": Key(Whole(0, 255), "TTL or hop limit.", needed=True)}),
        "All packets that match, at least one, have this TTL.",
    ),
    "output": Key(
        Table(
            {
                "step": Key(REFERENCE, 'The step, by its name; "step 3" when it has none.', needed=True),
                "contains": Key(Text(), "A text that stands in the output."),
                "lacks": Key(Text(), "A text that does not."),
                "exit": Key(Whole(0, 255), "The exit code of the command; 128 + n when signal n ended it."),
                "duration": Key(DURATION, "How long the command took."),
                "tolerance": TOLERANCE,
            },
            any_of=("contains", "lacks", "exit", "duration"),
        ),
        "What a command said, and how it ended.",
    ),
    "socket": Key(
        Table(
            {
                "on": ON,
                "at": Key(DURATION, "When, since the recording began.", needed=True),
                "state": Key(OneOf(OPEN_STATES), "The state, as ss names it.", needed=True),
                "port": SOCKET_PORT,
                "none": Key(Flag(), "There is no such socket."),
            }
        ),
        "A socket is in this state then.",
    ),
    "states": Key(
        Table(
            {
                "on": ON,
                "sequence": Key(
                    _sequence(OneOf(STATES), ("states", "状態"), unique=True),
                    "All its states, each once, in this order; CLOSED can only be the last.",
                    needed=True,
                ),
                "port": SOCKET_PORT,
            }
        ),
        "One socket goes through exactly these states.",
    ),
    "counter": Key(
        Table(
            {
                "on": ON,
                "name": Key(
                    Name(
                        "[A-Z][A-Za-z0-9]{1,63}",
                        (
                            "a counter is named as nstat names it, such as TcpRetransSegs",
                            "カウンターは TcpRetransSegs のように nstat の名前で書きます",
                        ),
                    ),
                    "The counter, as nstat names it.",
                    needed=True,
                ),
                "grows": Key(Count(), "By how much: 5, or { least = 2, most = 4 }.", needed=True),
            }
        ),
        "A counter of the kernel grows.",
    ),
}
