"""The one exception of this room: a mistake in a declaration, with its line."""


class SceneError(ValueError):
    """A scene cannot be played; the text is one sentence.

    Attributes:
        row: line number in the declaration, 1-based; 0 when no line is to blame.
        where: name of the declaration, empty until it is known.
    """

    def __init__(self, sentence: str, row: int = 0, where: str = "") -> None:
        super().__init__(sentence)
        self.sentence, self.row, self.where = sentence, row, where

    def __str__(self) -> str:
        place = ":".join(part for part in (self.where, str(self.row or "")) if part)
        return f"{place}: {self.sentence}" if place else self.sentence
