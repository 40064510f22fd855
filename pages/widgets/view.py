"""The view lives in the URL: a widget shows what the query string says, and changes nothing else.

So a link, a click on a chart, the keyboard and a test all take the same path. A value that does not exist is dropped
with a notice before the widget is made.
"""

from collections.abc import Sequence
from typing import Any, NoReturn, TypeVar

import streamlit as st

T = TypeVar("T")
_SAME_LIST = ("page", "show", "stroke", "matrix", "measure", "example", "compare")
"""What can change while the list of digits stays the same."""
_SHOWN = "shown view"
"""Where a session keeps the query parameters that were last put or shown."""


def current(name: str, options: Sequence[T], default: T, *, remember: bool = False) -> T:
    """The view's value of a query parameter, one of `options`; `None` among them stands for an absent parameter.

    With `remember`, the value outlives a change of page.
    """
    memory = f"remembered {name}"
    fallback = st.session_state.get(memory, default) if remember else default
    if fallback not in options:
        fallback = default
    text, value = st.query_params.get(name), fallback
    if text is not None:
        known = {str(option): option for option in options if option is not None}
        value = known.get(text, fallback)
        if text not in known:
            _notice(name, text, list(known), value)
            put(**{name: None})
    if remember:
        st.session_state[memory] = value
    return value


def bind(
    name: str, options: Sequence[T], default: T, *, remember: bool = False, always: bool = False
) -> dict[str, Any]:
    """Keyword arguments that tie a widget with these options to a query parameter.

    A choice of the default leaves the URL, unless `always`: for defaults that depend on what is shown.
    """
    key = f"view {name}"
    st.session_state[key] = current(name, options, default, remember=remember)
    return {"key": key, "on_change": _write_widget, "args": (name, key, None if remember or always else default)}


def bind_several(name: str, options: Sequence[str], default: Sequence[str] = ()) -> dict[str, Any]:
    """Keyword arguments that tie a multiselect with these options to a query parameter: `compare=mlp,cnn`.

    What does not exist among the names is dropped with a notice; the default leaves the URL.
    """
    key, text = f"view {name}", st.query_params.get(name)
    asked = list(default) if text is None else [part for part in text.split(",") if part]
    known = [part for part in dict.fromkeys(asked) if part in options]
    for part in asked:
        if part not in options:
            _notice(name, part, list(options), None)
    if known != asked:
        put(**{name: ",".join(known) if known != list(default) else None})
    st.session_state[key] = known
    return {"key": key, "on_change": _write_several, "args": (name, key, tuple(default))}


def bind_text(name: str, *, longest: int) -> dict[str, Any]:
    """Keyword arguments that tie a text field to a query parameter: any text, cut to so many letters."""
    key = f"view {name}"
    st.session_state[key] = st.query_params.get(name, "")[:longest]
    return {"key": key, "on_change": _write_widget, "args": (name, key, ""), "max_chars": longest}


def put(**values: object) -> None:
    """Change the view: set these query parameters, remove those that are None, in one step of the browser's history."""
    before = st.query_params.to_dict()
    after = {name: str(value) for name, value in (before | values).items() if value is not None}
    st.session_state[_SHOWN] = after
    if after != before:
        st.query_params.from_dict(after)


def keep() -> None:
    """Note that the query string as it stands now is what the whole page shows."""
    st.session_state[_SHOWN] = st.query_params.to_dict()


def rerun() -> NoReturn:
    """Run the page again, from a fragment that runs by itself every so often.

    The browser may have asked for that run before it heard of the view that a click had put: it is still that view.
    """
    if st.query_params.to_dict() != st.session_state[_SHOWN]:
        st.query_params.from_dict(st.session_state[_SHOWN])
    st.rerun()


def _write_widget(name: str, key: str, left_out: object) -> None:
    value = st.session_state[key]
    _choose(name, None if value == left_out else str(value))


def _write_several(name: str, key: str, default: tuple[str, ...]) -> None:
    chosen = st.session_state[key]
    _choose(name, None if tuple(chosen) == default else ",".join(chosen))


def _choose(name: str, text: str | None) -> None:
    """Put what a widget says; if the URL says it already, nobody chose it: the browser has yet to hear of a click."""
    if st.query_params.get(name) != text:
        # Another choice is mostly another list: its first page, and no digit open.
        put(**({} if name in _SAME_LIST else {"page": None, "sample": None}) | {name: text})


def _notice(name: str, text: str, known: list[str], value: object) -> None:
    choices = ", ".join(known) if len(known) <= 20 else f"{known[0]} to {known[-1]}"
    shown = "" if value is None else f" Showing {value}."
    # As code and cut short: the text is anybody's, and Markdown would draw its images and follow its links.
    asked = f"{name}={text}".replace("`", "")[:60]
    st.warning(
        f"The link asks for `{asked}`, which does not exist.{shown} Choose one of: {choices}.",
        icon=":material/link_off:",
    )
