"""View state in the URL: each widget shows the value of a query parameter, and writes it when it changes.

Links, clicks on charts, keys and tests therefore take the same path. A value that does not exist is dropped with a
notice before its widget is made.
"""

from collections.abc import Sequence
from typing import Any, NoReturn, TypeVar

import streamlit as st

T = TypeVar("T")
_SAME_LIST = ("page", "show", "stroke", "matrix", "measure", "example", "compare")
"""Query parameters whose change keeps the page of a list and the opened digit."""
_SHOWN = "shown view"
"""Key in the session state of the query parameters that were last put or shown."""


def current(name: str, options: Sequence[T], default: T, *, remember: bool = False) -> T:
    """Return the value of a query parameter.

    An unknown value is removed from the URL with a notice.

    Parameters
    ----------
    options : sequence
        Possible values. `None` among them stands for an absent parameter.
    default
        Value of an absent parameter.
    remember : bool
        Whether to keep the value for the session when the page changes.
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
            _show_notice(name, text, list(known), value)
            put(**{name: None})
    if remember:
        st.session_state[memory] = value
    return value


def bind(
    name: str, options: Sequence[T], default: T, *, remember: bool = False, always: bool = False
) -> dict[str, Any]:
    """Return keyword arguments that bind a widget with these options to a query parameter.

    The default is not written into the URL, unless `always` is true: for defaults that depend on what is shown. The
    other parameters are those of `current`.
    """
    key = f"view {name}"
    st.session_state[key] = current(name, options, default, remember=remember)
    return {"key": key, "on_change": _write_widget, "args": (name, key, None if remember or always else default)}


def bind_several(name: str, options: Sequence[str], default: Sequence[str] = ()) -> dict[str, Any]:
    """Return keyword arguments that bind a multiselect to a query parameter such as `compare=mlp,cnn`.

    Unknown names are dropped with a notice. The default is not written into the URL.
    """
    key, text = f"view {name}", st.query_params.get(name)
    requested = list(default) if text is None else [part for part in text.split(",") if part]
    known = [part for part in dict.fromkeys(requested) if part in options]
    for part in requested:
        if part not in options:
            _show_notice(name, part, list(options), None)
    if known != requested:
        put(**{name: ",".join(known) if known != list(default) else None})
    st.session_state[key] = known
    return {"key": key, "on_change": _write_several, "args": (name, key, tuple(default))}


def bind_text(name: str, *, longest: int) -> dict[str, Any]:
    """Return keyword arguments that bind a text field to a query parameter, cut to `longest` characters."""
    key = f"view {name}"
    st.session_state[key] = st.query_params.get(name, "")[:longest]
    return {"key": key, "on_change": _write_widget, "args": (name, key, ""), "max_chars": longest}


def put(**values: object) -> None:
    """Set query parameters, and remove those that are None, as one step of the browser's history."""
    before = st.query_params.to_dict()
    after = {name: str(value) for name, value in (before | values).items() if value is not None}
    st.session_state[_SHOWN] = after
    if after != before:
        st.query_params.from_dict(after)


def mark_shown() -> None:
    """Record the present query parameters as those that the whole page shows."""
    st.session_state[_SHOWN] = st.query_params.to_dict()


def rerun() -> NoReturn:
    """Rerun the page from a fragment that reruns itself at an interval.

    The browser may request the rerun before it receives the query parameters of a click. They are restored here.
    """
    if st.query_params.to_dict() != st.session_state[_SHOWN]:
        st.query_params.from_dict(st.session_state[_SHOWN])
    st.rerun()


def _write_widget(name: str, key: str, omitted: object) -> None:
    """Write a widget's value into the URL, unless it is the omitted one."""
    value = st.session_state[key]
    _write(name, None if value == omitted else str(value))


def _write_several(name: str, key: str, default: tuple[str, ...]) -> None:
    """Write a multiselect's values into the URL, unless they are the default."""
    values = st.session_state[key]
    _write(name, None if tuple(values) == default else ",".join(values))


def _write(name: str, text: str | None) -> None:
    """Write a widget's value into the URL.

    If the URL already has it, the user did not change the widget: the browser has yet to receive the result of a click.
    """
    if st.query_params.get(name) != text:
        # Most changes give another list: return to its first page, with no digit opened.
        put(**({} if name in _SAME_LIST else {"page": None, "sample": None}) | {name: text})


def _show_notice(name: str, text: str, known: list[str], value: object) -> None:
    """Show that a link has an unknown value, the value that is used instead, and the known ones."""
    choices = ", ".join(known) if len(known) <= 20 else f"{known[0]} to {known[-1]}"
    shown = "" if value is None else f" Showing {value}."
    # As code and cut short: the text may come from anyone, and Markdown would render its images and links.
    requested = f"{name}={text}".replace("`", "")[:60]
    st.warning(
        f"The link asks for `{requested}`, which does not exist.{shown} Choose one of: {choices}.",
        icon=":material/link_off:",
    )
