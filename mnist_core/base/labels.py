"""Labels of custom runs, cleaned for storage and escaped for display."""

import re

CUSTOM_MARK = "@"
"""Separates the classifier from the number in the name of a custom run: `mlp@1`."""
MAX_LABEL_LENGTH = 40
"""Maximum number of characters of a label. A longer label does not fit beside a line of a chart."""

_LOOK_ALIKES = str.maketrans(
    {
        "*": "∗",
        "_": "ˍ",
        "`": "ˋ",
        "~": "∼",
        "$": "＄",
        "#": "＃",
        "|": "∣",
        "\\": "∖",
        "&": "＆",
        "<": "‹",
        ">": "›",
        "[": "［",
        "]": "］",
        ":": "꞉",
        "@": "＠",
    }
)
"""Characters with a meaning in Markdown, Plotly or Streamlit, and similar characters without one."""


def clean_label(text: str) -> str:
    """Return a label for storage: one line of printable characters, cut to `MAX_LABEL_LENGTH`."""
    printable = "".join(character if character.isprintable() else " " for character in text)
    label = " ".join(printable.split())
    return label if len(label) <= MAX_LABEL_LENGTH else f"{label[: MAX_LABEL_LENGTH - 1].rstrip()}…"


def plain(label: str) -> str:
    """Return a label that is displayed as text in Markdown, in a chart and in a select box.

    No escape sequence works in all three. Characters with a meaning are therefore replaced by similar ones.
    """
    text = clean_label(label).translate(_LOOK_ALIKES)
    text = re.sub(r"(?i)\bwww\.", "www․", text)  # Markdown turns it into a link
    return re.sub(r"^(?:([-+=])|(\d+)[.)](?= |$))", lambda found: _plain_start(*found.groups()), text)


def _plain_start(mark: str | None, number: str | None) -> str:
    """Return a replacement for the start of a line that Markdown would turn into a list or a heading."""
    return {"-": "‐", "+": "＋", "=": "＝"}[mark] if mark else f"{number}․"
