"""Words for the values that rows and reports hold: severities, states, codes, names of numbers."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language, gettext, gettext_noop

from diagnoses import words
from diagnoses.registry import CODES
from drawing import measure
from drawing.words import Language
from kb.views.number_names import NAMES, WORDS

_SEVERITIES = {
    "error": gettext_noop("Error"),
    "warning": gettext_noop("Warning"),
    "note": gettext_noop("Note"),
    "info": gettext_noop("Information"),
    "none": gettext_noop("Healthy"),
}
_CONFIDENCES = {
    "certain": gettext_noop("certain"),
    "likely": gettext_noop("likely"),
    "possible": gettext_noop("possible"),
}
_STATES = {
    # of a connection
    "syn_sent": gettext_noop("never answered"),
    "refused": gettext_noop("refused"),
    "established": gettext_noop("open"),
    "half_closed": gettext_noop("half closed"),
    "closed": gettext_noop("closed"),
    "reset": gettext_noop("reset"),
    "midstream": gettext_noop("begun before the capture"),
    "datagram": gettext_noop("datagrams"),
    # of a job
    "waiting": gettext_noop("waiting"),
    "running": gettext_noop("being read"),
    "done": gettext_noop("done"),
    "failed": gettext_noop("failed"),
    "cancelled": gettext_noop("cancelled"),
}
_DISPUTES = {
    "open": gettext_noop("awaits an answer"),
    "accepted": gettext_noop("accepted"),
    "declined": gettext_noop("declined"),
}
_CULPRITS = {
    "client": gettext_noop("the client"),
    "server": gettext_noop("the server"),
    "path": gettext_noop("a device on the path"),
    "capture": gettext_noop("the capture itself"),
    "unknown": gettext_noop("not known"),
}
# Units at the end of a number's name, longest first.
_UNITS = ("percent", "bytes", "hops", "ms", "us", "ns", "s")


def language() -> Language:
    """The language of this page: en or ja."""
    return "ja" if (get_language() or "en").startswith("ja") else "en"


def _known(table: dict[str, str], value: str) -> str:
    return gettext(table[value]) if value in table else value.replace("_", " ")


def severity(value: str) -> str:
    """error → Error."""
    return _known(_SEVERITIES, value)


def confidence(value: str) -> str:
    """certain, likely, possible, in the reader's language."""
    return _known(_CONFIDENCES, value)


def state(value: str) -> str:
    """Of a connection or a job."""
    return _known(_STATES, value)


def dispute_state(value: str) -> str:
    """Of a dispute: whether a curator has answered, and how."""
    return _known(_DISPUTES, value)


def code(value: str) -> str:
    """The short name of a diagnosis; an unknown code is shown as it is, without underscores."""
    return words.name(value, language()) if value in CODES else value.replace("_", " ")


@dataclass(frozen=True)
class Number:
    """A line of the table of numbers: its name, and the value with its unit."""

    name: str
    value: str
    is_text: bool


def numbers(values: dict[str, Any], lang: Language) -> list[Number]:
    """The `numbers` of a finding as lines; the unit at the end of a name moves to the value."""
    return [_number(name, value, lang) for name, value in values.items() if value is not None]


def _number(name: str, value: Any, lang: Language) -> Number:
    unit = _unit(name)
    bare = name.removesuffix("_" + unit) if unit else name
    return Number(_number_name(bare), with_unit(name, value, lang), is_text=isinstance(value, str | list))


def _unit(name: str) -> str:
    return next((u for u in _UNITS if name.endswith("_" + u)), "")


def with_unit(name: str, value: Any, lang: Language) -> str:
    """A number of a finding, or several, with the unit that its name ends in: rto_ms, 300 → 300 ms."""
    several = value if isinstance(value, list) else [value]
    return ", ".join(_value(one, _unit(name), lang) for one in several)


def _number_name(name: str) -> str:
    return gettext(NAMES[name]) if name in NAMES else name.replace("_", " ")


def _value(value: Any, unit: str, lang: Language) -> str:
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if not isinstance(value, int | float):
        return gettext(WORDS[value]) if value in WORDS else str(value)
    scale = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}.get(unit)
    if scale:
        return measure.duration(value * scale, lang)
    if unit == "percent":
        return f"{measure.decimal(value)} %"
    return measure.size(int(value)) if unit == "bytes" else measure.decimal(value)


def culprit(value: dict[str, Any]) -> str:
    """Who caused it, where that is: "a device on the path, hop 2"; empty when it is not known."""
    if value.get("kind", "unknown") == "unknown":
        return ""
    hops, address = value.get("hops_from_capture"), value.get("ip")
    parts = [_known(_CULPRITS, value["kind"])]
    parts += [str(address)] if address else []
    parts += [gettext("hop %(hop)s") % {"hop": hops}] if hops is not None else []
    return gettext(", ").join(parts)
