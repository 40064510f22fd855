"""Digits whose answer a distortion changes, and each of them at every severity."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import streamlit as st

from mnist_core import cached
from mnist_core.cached import robustness
from mnist_core.datasets import get_dataset_spec
from mnist_core.figures.answers import answers_figure, answers_frame
from mnist_core.images.transforms import Transform
from pages.widgets import augmentation, charts, formatting, gallery, image_loading, theme, view


def show_flips(
    results: cached.Results,
    indices: Sequence[int] | np.ndarray,
    answers: Mapping[str, np.ndarray],
    *,
    classifier: str,
    transform: Transform,
    severity: int,
) -> None:
    """A gallery of digits, each as it is and distorted, with what was said of both; and the digit that is open.

    Parameters
    ----------
    answers : mapping of classifier to uint8 ndarray of shape (6, n)
        As of `cached.robustness.answers`.
    severity : int
        In 1..5.
    """
    place: gallery.Place = (results.dataset, results.split)
    indices = np.asarray(indices)

    def print_page(shown: np.ndarray, options: dict[str, Any]) -> None:
        images, sheet = image_loading.images(*place), None
        if images is not None:
            fingerprint, amount = get_dataset_spec(place[0]).fingerprint, transform.severities[severity - 1]
            chosen = tuple(shown.tolist())
            sheet = robustness.before_and_after(*place, fingerprint, transform.name, amount, chosen, images)
        tiles = [_tile(results, answers, classifier, index, severity) for index in shown.tolist()]
        gallery.print_tiles(sheet, tiles, size=64, pictures=2, **options)

    key = f"flips {results.dataset}"
    opened = gallery.show_list(indices, print_page, n=len(results.y_true), per_page=gallery.PER_PAGE, key=key)
    order = ", ".join(results.labels[name] for name in answers)
    st.caption(
        f"Each digit as it is and distorted. Below: its index, the confidence of {results.labels[classifier]} before,"
        f" and the answers to the distorted digit of {order}; wrong ones bold."
    )
    if opened is not None:
        _open(results, opened, indices, answers, transform, severity)


def _tile(
    results: cached.Results, answers: Mapping[str, np.ndarray], classifier: str, index: int, severity: int
) -> dict[str, Any]:
    true = int(results.y_true[index])
    before, after = (int(answers[classifier][step, index]) for step in (0, severity))
    votes = []
    for name, rows in answers.items():
        was, now = int(rows[0, index]), int(rows[severity, index])
        votes.append([str(now), now != true, f"{results.labels[name]}: was {was}, now {now}"])
    says = f"true {true}, was {before}, now {after}"
    alt = f"Digit {index}: {says}, by {results.labels[classifier]}. Open it."
    sure = formatting.confidence(results[classifier].confidence[index])
    return {"index": index, "says": says, "caption": [f"#{index}", sure], "votes": votes, "alt": alt}


def _open(
    results: cached.Results,
    index: int,
    indices: np.ndarray,
    answers: Mapping[str, np.ndarray],
    transform: Transform,
    severity: int,
) -> None:
    """Show one digit at every severity, with the answers of every classifier, and step through the list."""
    true = int(results.y_true[index])

    @st.dialog(
        f"Digit {index} · true {true} · {transform.label}",
        width="large",
        on_dismiss=lambda: view.put(sample=None),
    )
    def dialog() -> None:
        augmentation.show_severities(results, [transform.name], index, key="opened severities", selected=severity)
        labels = [results.labels[name] for name in answers]
        found = np.stack([rows[:, index] for rows in answers.values()])  # (k, 6)
        amounts = ["as it is", *(f"{amount:g}" for amount in transform.severities)]
        charts.show(
            answers_figure(labels, found, amounts, true=true, accent=theme.accent(), inks=theme.inks()),
            lambda: answers_frame(labels, found, amounts),
            name=f"{results.dataset}-{index}-{transform.name}",
            alt=f"Answers to digit {index} by classifier and severity",
            key="opened answers",
        )
        st.caption(f"What each classifier says, by {transform.axis}; wrong answers in colour.")
        gallery.show_steps(index, indices, gallery.PER_PAGE)

    dialog()
