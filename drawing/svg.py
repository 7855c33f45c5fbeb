"""The few SVG elements that the pictures need, written as text.

No style attributes, classes only: the page is under a strict content security policy.
"""

from drawing.text import escape


def element(name: str, content: str = "", /, **attributes: str | int | float | None) -> str:
    """One element. `content` is markup already; attribute values are escaped here. `class_` is class, `_` is
    `-`.
    """
    head = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_plain(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{head}>{content}</{name}>" if content else f"<{name}{head}/>"


def _plain(value: str | int | float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def words(content: str, /, **attributes: str | int | float | None) -> str:
    """A text element whose content is escaped."""
    return element("text", escape(content), **attributes)


def span(content: str, class_: str) -> str:
    """A tspan whose content is escaped."""
    return element("tspan", escape(content), class_=class_)


def percent(share: float) -> str:
    """A share of 1 as SVG writes it: 0.5 → 50%."""
    return f"{share * 100:.2f}".rstrip("0").rstrip(".") + "%"
