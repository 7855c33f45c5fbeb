"""What tomllib says of a text that is not TOML, in plain words of both languages."""

import re
import tomllib

from experiments.declaration.mistakes import Mistake
from experiments.declaration.shown import plain

PLACE = re.compile(r" \((?:at line ([0-9]+), column [0-9]+|at end of document)\)$")

# Said in two ways, of texts between single quotes and between double quotes.
SAYS = {"Found invalid character": "Illegal character", "Expected \"'": "Unterminated string "}
SAME = re.compile(f"^(?:{'|'.join(SAYS)})")

# By the beginning of tomllib's message.
WORDS = (
    (
        "Expected '=' after a key",
        "an '=' is missing after the key; a line is KEY = VALUE, [TABLE] or [[TABLE]].",
        "キーの後に '=' がありません。行は「キー = 値」、[表]、[[表]] のいずれかです。",
    ),
    (
        "Invalid value",
        "no value can be read here; a text stands between quotes, a truth is true or false.",
        "値として読めません。文字列は引用符で囲み、真偽値は true か false と書いてください。",
    ),
    (
        "Invalid initial character for a key part",
        "a key cannot begin like this; put it between quotes if it is not made of letters, digits, _ and -.",
        "キーをこのように始めることはできません。英数字と _ と - 以外を含むキーは引用符で囲んでください。",
    ),
    (
        "Invalid statement",
        "a line is KEY = VALUE, [TABLE] or [[TABLE]].",
        "行は「キー = 値」、[表]、[[表]] のいずれかです。",
    ),
    (
        "Expected newline or end of document",
        "something stands after the value; one line holds one key.",
        "値の後に余分な文字があります。1 行に書けるキーは 1 つです。",
    ),
    ("Cannot overwrite a value", "this key was given before.", "このキーはすでに書かれています。"),
    ("Duplicate inline table key", "this key was given before.", "このキーはすでに書かれています。"),
    (
        "Cannot declare",
        "this table was declared before; a list of tables is written [[TABLE]].",
        "この表はすでに宣言されています。表の並びは [[表]] と書きます。",
    ),
    (
        "Cannot mutate immutable namespace",
        "what stands between [ ] or { } cannot be added to later.",
        "[ ] や { } の中に書いた値に、後から付け加えることはできません。",
    ),
    (
        "Unclosed array",
        "the list is not closed; ']' or ',' is missing.",
        "リストが閉じていません。']' か ',' がありません。",
    ),
    (
        "Unclosed inline table",
        "the table between { and } is not closed on its line; '}' or ',' is missing.",
        "{ } の表が同じ行で閉じていません。'}' か ',' がありません。",
    ),
    (
        "Unterminated string",
        "a text is not closed by its quotes.",
        "文字列が引用符で閉じられていません。",
    ),
    (
        "Illegal character '\\n'",
        "a text of one line ends on it; one of several lines stands between ''' and '''.",
        "1 行の文字列はその行で閉じます。複数行の文字列は ''' と ''' の間に書いてください。",
    ),
    (
        "Illegal character",
        "a control character stands here; write it as an escape in a text between double quotes.",
        "制御文字があります。二重引用符の文字列の中でエスケープして書いてください。",
    ),
    (
        "Unescaped '\\' in a string",
        "no such escape exists; write \\\\ for a backslash, or put the text between single quotes.",
        "このエスケープはありません。バックスラッシュは \\\\ と書くか、文字列を一重引用符で囲んでください。",
    ),
    (
        "Expected ']",
        "the name of a table is not closed; it is written [TABLE] or [[TABLE]].",
        "表の名前が閉じていません。[表] か [[表]] と書いてください。",
    ),
    ("Invalid date or datetime", "no such date exists.", "存在しない日付です。"),
)


def malformed(error: tomllib.TOMLDecodeError, text: str) -> Mistake:
    """The mistake with its line; the last line when tomllib only says "at end of document"."""
    message = SAME.sub(lambda found: SAYS[found[0]], str(error))
    place = PLACE.search(message)
    row = int(place[1]) if place and place[1] else text.count("\n", 0, len(text.rstrip())) + 1
    for begins, en, ja in WORDS:
        if message.startswith(begins):
            return Mistake(row, f"this is not TOML: {en}", f"TOML として読めません。{ja}")
    said = plain(message[: place.start()] if place else message)
    return Mistake(row, f"this is not TOML: {said}.", f"TOML として読めません ({said})。")
