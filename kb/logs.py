"""Log lines that a hostile name cannot forge."""

import logging


class OneLine(logging.Formatter):
    """Formats like its base, and writes every control character of the message as an escape.

    A traceback keeps its line breaks, since they are ours; the message may hold a file name or a path.
    """

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's own name
        """The record's line, without line breaks or terminal escapes."""
        return "".join(c if c.isprintable() else repr(c)[1:-1] for c in super().formatMessage(record))
