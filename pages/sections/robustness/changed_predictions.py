"""Digits whose prediction a distortion changes, and the dialog of one digit at every severity."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st

from mnist_core import cached
from mnist_core.cached import robustness
from mnist_core.datasets import get_dataset_spec
from mnist_core.evaluation.mistakes import sort_digits
from mnist_core.evaluation.robustness import Change, find_changed_predictions
from mnist_core.figures.predictions import predictions_figure, predictions_frame
from mnist_core.images.transforms import Transform
from pages.widgets import charts, digit_dialog, digit_tiles, formatting, gallery, image_loading, severities, theme, view
from pages.widgets.digit_tiles import SplitKey

CHANGES: dict[Change, str] = {"lost": "Newly misclassified", "gained": "Newly correct", "any": "Any change"}


def show(
    results: cached.Results,
    predictions: Mapping[str, np.ndarray],
    *,
    classifier: str,
    transform: Transform,
    severity: int,
) -> None:
    """Show the picker of the kind of change, and the digits whose prediction changes, most confident first.

    The query parameter `change` holds the kind of change.

    Parameters
    ----------
    predictions : mapping of classifier to uint8 ndarray of shape (6, n)
        As returned by `cached.robustness.predictions`.
    severity : int
        In 1..5.
    """
    run, label = results[classifier], results.labels[classifier]
    before, after = predictions[classifier][0], predictions[classifier][severity]
    lists = {change: find_changed_predictions(results.y_true, before, after, change) for change in CHANGES}
    st.subheader("Changed predictions")
    change = st.segmented_control(
        f"Predictions of {label}",
        list(CHANGES),
        format_func=lambda change: f"{CHANGES[change]} · {len(lists[change]):,}",
        required=True,
        **view.bind("change", list(CHANGES), "lost"),
    )
    if not len(lists[change]):
        st.info(f"No prediction of {label} changes in this way. Select another severity.", icon=":material/check:")
        return
    indices = sort_digits(lists[change], "confidence", confidence=run.confidence, margin=run.margin)
    _show_gallery(results, indices, predictions, classifier, transform, severity)


def _show_gallery(
    results: cached.Results,
    indices: np.ndarray,
    predictions: Mapping[str, np.ndarray],
    classifier: str,
    transform: Transform,
    severity: int,
) -> None:
    """Show one page of digits, each original and distorted, and the dialog of the opened digit."""
    split: SplitKey = (results.dataset, results.split)

    def show_page(shown: np.ndarray, options: dict[str, Any]) -> None:
        images, sheet = image_loading.images(*split), None
        if images is not None:
            fingerprint, amount = get_dataset_spec(split[0]).fingerprint, transform.severities[severity - 1]
            digits = tuple(shown.tolist())
            sheet = robustness.before_and_after_sheet(*split, fingerprint, transform.name, amount, digits, images)
        tiles = [_tile(results, predictions, classifier, index, severity) for index in shown.tolist()]
        loading = image_loading.is_loading(*split)
        digit_tiles.show_tiles(sheet, tiles, size=64, pictures=2, loading=loading, **options)

    key = f"flips {results.dataset}"
    opened = gallery.show_list(indices, show_page, n=len(results.y_true), per_page=gallery.PER_PAGE, key=key)
    order = "; ".join(results.labels[name] for name in predictions)
    st.caption(
        f"Each digit, original and distorted. Below: its index, the confidence of {results.labels[classifier]} for the"
        f" original, and, for the distorted digit, the predictions of {order} (wrong ones in bold)."
    )
    if opened is not None:
        _open(results, opened, indices, predictions, transform, severity)


def _tile(
    results: cached.Results, predictions: Mapping[str, np.ndarray], classifier: str, index: int, severity: int
) -> dict[str, Any]:
    """Return the tile of a digit, for `digit_tiles.show_tiles`."""
    true = int(results.y_true[index])
    before, after = (int(predictions[classifier][step, index]) for step in (0, severity))
    marks = []
    for name, rows in predictions.items():
        was, now = int(rows[0, index]), int(rows[severity, index])
        marks.append([str(now), now != true, f"{results.labels[name]}: was {was}, now {now}"])
    heading = f"true {true}, was {before}, now {after}"
    alt = f"Digit {index}: {heading}, by {results.labels[classifier]}. Open it."
    confidence = formatting.confidence(results[classifier].confidence[index])
    return {"index": index, "heading": heading, "caption": [f"#{index}", confidence], "predictions": marks, "alt": alt}


def _open(
    results: cached.Results,
    index: int,
    indices: np.ndarray,
    predictions: Mapping[str, np.ndarray],
    transform: Transform,
    severity: int,
) -> None:
    """Open a dialog with one digit at every severity, and the predictions of every classifier."""
    true = int(results.y_true[index])

    @st.dialog(
        f"Digit {index} · true {true} · {transform.label}",
        width="large",
        on_dismiss=lambda: view.put(sample=None),
    )
    def dialog() -> None:
        severities.show_severities(results, [transform.name], index, key="opened severities", selected=severity)
        labels = [results.labels[name] for name in predictions]
        found = np.stack([rows[:, index] for rows in predictions.values()])  # (k, 6)
        amounts = [severities.ORIGINAL, *(f"{amount:g}" for amount in transform.severities)]
        charts.show(
            predictions_figure(labels, found, amounts, true=true, accent=theme.accent(), inks=theme.inks()),
            lambda: predictions_frame(labels, found, amounts),
            name=f"{results.dataset}-{index}-{transform.name}",
            alt=f"Predictions for digit {index} by classifier and severity",
            key="opened predictions",
        )
        st.caption(f"Prediction of each classifier by {transform.axis}; wrong ones in color.")
        digit_dialog.show_steps(index, indices, gallery.PER_PAGE)

    dialog()
