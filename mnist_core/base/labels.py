"""What people call their runs: as it is kept, and as it may stand anywhere on a page."""

import re

CUSTOM_MARK = "@"
"""Stands in the name of a run of one's own between the classifier and a number: `mlp@1`."""
LONGEST = 40
"""Letters of a label: more would not fit beside a line of a chart."""

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
"""Letters that mean something in Markdown, in Plotly's texts or to Streamlit, and letters like them that do not."""


def clean_label(text: str) -> str:
    """A label as it is kept: one line of what can be seen, cut to `LONGEST` letters."""
    seen = "".join(letter if letter.isprintable() else " " for letter in text)
    label = " ".join(seen.split())
    return label if len(label) <= LONGEST else f"{label[: LONGEST - 1].rstrip()}…"


def plain(label: str) -> str:
    """A label that is nothing but text wherever it stands: in Markdown, in a chart, in a list to choose from.

    No way of escaping works in all of these, so a letter that could mean something becomes another that looks like it.
    """
    text = clean_label(label).translate(_LOOK_ALIKES)
    text = re.sub(r"(?i)\bwww\.", "www․", text)  # which Markdown would make a link
    return re.sub(r"^(?:([-+=])|(\d+)[.)](?= |$))", lambda found: _first(*found.groups()), text)


def _first(mark: str | None, number: str | None) -> str:
    """The beginning of a line that would be a list or a heading."""
    return {"-": "‐", "+": "＋", "=": "＝"}[mark] if mark else f"{number}․"
