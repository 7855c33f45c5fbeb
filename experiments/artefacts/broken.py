"""What is said when a run folder is none."""


class Broken(ValueError):
    """A run folder cannot be used.

    Attributes:
        en: one sentence in English; also ``str()`` of the exception.
        ja: the same in Japanese.
    """

    def __init__(self, en: str, ja: str) -> None:
        super().__init__(en)
        self.en, self.ja = en, ja
