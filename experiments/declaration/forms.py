"""The forms of tables and lists: each reads a value, and says itself as JSON Schema.

A form reports what is wrong to its place and goes on, so that all mistakes are found at once; what it could
not read is missing from its result. A form of a single value (scalars.py) raises Wrong instead.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from experiments.declaration.mistakes import Wrong
from experiments.declaration.place import Place
from experiments.declaration.shown import listed, nearest, shown

Schema = dict[str, Any]


class Form(Protocol):
    """How a value is written."""

    def read(self, value: Any, here: Place) -> Any:
        """The value, checked. Raises Wrong when there is none."""
        ...

    def schema(self) -> Schema:
        """What an editor may check: a part of a JSON Schema."""
        ...


@dataclass(frozen=True)
class Key:
    """A key of a table."""

    form: Form
    says: str  # for the editor and the README
    needed: bool = False


@dataclass(frozen=True)
class Said:
    """A table as it was read; keys that were missing or wrong are not in it."""

    here: Place
    values: Mapping[str, Any]

    def __contains__(self, key: str) -> bool:
        return key in self.values

    def __getitem__(self, key: str) -> Any:
        return self.values[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.values)

    def get(self, key: str, default: Any = None) -> Any:
        """The value, or the default."""
        return self.values.get(key, default)

    def has(self, *keys: str) -> bool:
        """Whether all of these were read."""
        return all(key in self.values for key in keys)

    def wrong(self, key: str, en: str, ja: str) -> None:
        """Keep a mistake of the line of this key."""
        self.here.at(key).wrong(en, ja)


@dataclass(frozen=True)
class Table:
    """A table with these keys, read into Said."""

    keys: Mapping[str, Key]
    one_of: tuple[str, ...] = ()  # for the schema: exactly one of these is there
    any_of: tuple[str, ...] = ()  # for the schema: at least one
    together: tuple[str, ...] = ()  # for the schema: all or none

    def read(self, value: Any, here: Place) -> Said:
        """The table."""
        table = need_table(value, here)
        for name in table:
            if name not in self.keys:
                _unknown_key(name, self.keys, here)
        for name, key in self.keys.items():
            if key.needed and name not in table:
                here.wrong(f"'{name}' is missing.", f"'{name}' がありません。")
        return Said(here, dict(read_each(table, {n: k.form for n, k in self.keys.items()}, here)))

    def schema(self) -> Schema:
        """An object with properties."""
        return {
            "type": "object",
            "properties": {
                name: key.form.schema() | {"description": key.says} for name, key in self.keys.items()
            },
            "required": [name for name, key in self.keys.items() if key.needed],
            "additionalProperties": False,
            **({"oneOf": [{"required": [name]} for name in self.one_of]} if self.one_of else {}),
            **({"anyOf": [{"required": [name]} for name in self.any_of]} if self.any_of else {}),
            **(
                {"dependentRequired": {key: list(self.together) for key in self.together}}
                if self.together
                else {}
            ),
        }


@dataclass(frozen=True)
class Names:
    """A table whose keys are names: of hosts, files, sysctls …; read into a dictionary."""

    pattern: Form  # of the names
    form: Form
    most: int
    what: tuple[str, str]  # "hosts"
    least: int = 0

    def read(self, value: Any, here: Place) -> dict[str, Any]:
        """What is under each name that is one."""
        table = need_table(value, here)
        few_enough(len(table), self.most, self.what, here, self.least)
        good = {name: self.form for name in list(table)[: self.most] if self._named(name, here)}
        return dict(read_each(table, good, here))

    def _named(self, name: str, here: Place) -> bool:
        try:
            self.pattern.read(name, here.at(name))
        except Wrong as wrong:
            here.at(name).caught(wrong)
            return False
        return True

    def schema(self) -> Schema:
        """An object with patternProperties."""
        return {
            "type": "object",
            "propertyNames": self.pattern.schema(),
            "additionalProperties": self.form.schema(),
            "minProperties": self.least,
            "maxProperties": self.most,
        }


@dataclass(frozen=True)
class ListOf:
    """A list of values of one form; elements that are wrong are left out."""

    form: Form
    most: int
    what: tuple[str, str]  # "steps"
    least: int = 0
    unique: bool = False

    def read(self, value: Any, here: Place) -> list[Any]:
        """The elements that could be read."""
        if not isinstance(value, list):
            raise must_be(here, "a list", "リスト", value)
        few_enough(len(value), self.most, self.what, here, self.least)
        forms: dict[int, Form] = dict.fromkeys(range(min(len(value), self.most)), self.form)
        good = [element for _, element in read_each(dict(enumerate(value)), forms, here)]
        return self._once(good, here) if self.unique else good

    def _once(self, good: list[Any], here: Place) -> list[Any]:
        for k, element in enumerate(good):
            if element in good[:k]:
                here.wrong(
                    f"{shown(element)} stands here twice.", f"{shown(element)} が 2 回書かれています。"
                )
                return list(dict.fromkeys(good))
        return good

    def schema(self) -> Schema:
        """An array."""
        schema = {
            "type": "array",
            "items": self.form.schema(),
            "minItems": self.least,
            "maxItems": self.most,
        }
        return schema | ({"uniqueItems": True} if self.unique else {})


def need_table(value: Any, here: Place) -> dict[str, Any]:
    """The value if it is a table. Raises Wrong."""
    if not isinstance(value, dict):
        raise must_be(here, "a table", "表", value)
    return value


def must_be(here: Place, en: str, ja: str, value: Any) -> Wrong:
    """ "'count' must be a whole number, not 'x'." """
    return Wrong(
        f"'{here.key}' must be {en}, not {shown(value)}.",
        f"'{here.key}' は{ja}でなければなりません。{shown(value)} は使えません。",
    )


def few_enough(count: int, most: int, what: tuple[str, str], here: Place, least: int = 0) -> None:
    """Report a list that is too long or too short."""
    if count > most:
        here.wrong(
            f"there are {count} {what[0]}; at most {most} are allowed.",
            f"{what[1]}が {count} 個あります。上限は {most} 個です。",
        )
    if count < least:
        here.wrong(
            f"'{here.key}' needs at least {least}.",
            f"'{here.key}' には少なくとも {least} 個が必要です。",
        )


def read_each(table: Mapping[Any, Any], forms: Mapping[Any, Form], here: Place) -> Iterable[tuple[Any, Any]]:
    """Each value that has a form, and could be read."""
    for name, form in forms.items():
        if name in table:
            try:
                yield name, form.read(table[name], here.at(name))
            except Wrong as wrong:
                here.at(name).caught(wrong)


def _unknown_key(name: str, known: Mapping[str, Key], here: Place) -> None:
    (en, ja), (hint, hint_ja) = listed(known), nearest(name, known)
    here.at(name).wrong(
        f"the key {shown(name)} is not known here; known are {en}.{hint}",
        f"ここでは {shown(name)} というキーは使えません。使えるのは {ja} です。{hint_ja}",
    )
