"""Colours of code: shells, and the tools of this trade, whose output is no language but has its grammar.

Each piece gets a class of few meanings (`c-flag`, `c-address` …); style sheets give it its colour.
"""

import html
from functools import lru_cache
from typing import ClassVar

from pygments.lexer import Lexer, RegexLexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Generic, Keyword, Literal, Name, Number, Operator, String, Text, Token
from pygments.util import ClassNotFound

LARGEST = 100_000  # characters of a fence; longer ones stay plain

_TCPDUMP = r"[SFRPWEUN.]+|none"
_IPV6 = r"(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}"


class Tcpdump(RegexLexer):
    """What tcpdump prints for each packet, and the command above it."""

    name: ClassVar[str] = "tcpdump"
    tokens: ClassVar = {
        "root": [
            (r"^[$#] .*$", Generic.Prompt),
            (r"^ *\d\d:\d\d:\d\d\.\d+|^ *\d+\.\d{3,}", Comment),
            (r"\[(?:" + _TCPDUMP + r")\]", Keyword),
            (r"\b(?:seq|ack|win|ttl|length|options|id|mss|wscale|sackOK|TS val|ecr)\b", Name.Attribute),
            (rf"\b\d+\.\d+\.\d+\.\d+(?:\.\d+)?\b|\b{_IPV6}(?:\.\d+)?\b", Literal),
            (r"unreachable|prohibited|time exceeded|refused|timed out", Generic.Error),
            (r"\b\d+(?:\.\d+)?\b", Number),
            (r"[\w-]+", Text),
            (r"\s+|.", Text),
        ]
    }


class Sockets(RegexLexer):
    """What ss and netstat print, and the command above it."""

    name: ClassVar[str] = "ss"
    tokens: ClassVar = {
        "root": [
            (r"^[$#] .*$", Generic.Prompt),
            (
                r"\b(?:LISTEN(?:ING)?|ESTAB(?:LISHED)?|SYN[-_](?:SENT|RECV|RCVD|RECEIVED)|FIN[-_]?WAIT[-_]?[12]"
                r"|CLOSE[-_]?WAIT|LAST[-_]ACK|TIME[-_]?WAIT|CLOSING|UNCONN)\b",
                Keyword,
            ),
            (r"^(?:State|Proto|Netid|Recv-Q|Send-Q|Active).*$", Comment),
            (rf"\b\d+\.\d+\.\d+\.\d+(?::[\d*]+)?|\[{_IPV6}\](?::[\d*]+)?", Literal),
            (r"timer:\([^)]*\)|users:\(\(.*?\)\)", Name.Attribute),
            (r"\b\d+\b", Number),
            (r"[\w-]+", Text),
            (r"\s+|.", Text),
        ]
    }


_OURS: dict[str, type[Lexer]] = {"tcpdump": Tcpdump, "ss": Sockets, "netstat": Sockets}
_SHELLS = {"sh", "shell", "bash", "run"}
# From Pygments' many kinds to our few classes; the first that contains a token's kind counts.
_CLASSES = (
    (Generic.Prompt, "c-prompt"),
    (Generic.Error, "c-error"),
    (Comment, "c-comment"),
    (String, "c-string"),
    (Number, "c-number"),
    (Literal, "c-address"),
    (Name.Attribute, "c-name"),
    (Name.Builtin, "c-name"),
    (Name.Variable, "c-name"),
    (Keyword, "c-word"),
    (Operator, "c-sign"),
)
CLASSES = frozenset(name for _, name in _CLASSES)


@lru_cache(maxsize=64)
def _lexer(language: str) -> Lexer | None:
    if language in _OURS:
        return _OURS[language](stripnl=False)
    try:
        return get_lexer_by_name("bash" if language in _SHELLS else language, stripnl=False)
    except ClassNotFound:
        return None


def coloured(code: str, language: str) -> str:
    """The code as HTML, escaped, with spans; plain where the language is unknown or the code too long."""
    lexer = _lexer(language.lower()[:30]) if language and len(code) <= LARGEST else None
    if lexer is None:
        return html.escape(code)
    # Not `lexer.get_tokens`, which mends line ends and drops marks: what is shown is what was written.
    return "".join(_piece(kind, text) for _, kind, text in lexer.get_tokens_unprocessed(code))


def _piece(kind: Token, text: str) -> str:
    class_ = next((name for parent, name in _CLASSES if kind in parent), "")
    escaped = html.escape(text)
    return f'<span class="{class_}">{escaped}</span>' if class_ and text.strip() else escaped
