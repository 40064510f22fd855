"""Dialog that shows one digit of a list: its image, the predictions of every classifier, and steps through the list."""

import numpy as np
import streamlit as st

from mnist_core import cached
from mnist_core.figures.probabilities import probabilities_figure, probabilities_frame
from pages.widgets import charts, digit_tiles, image_loading, theme, view
from pages.widgets.digit_tiles import SplitKey


def show_predictions(
    results: cached.Results, index: int, indices: np.ndarray, *, per_page: int, labels_in_question: bool
) -> None:
    """Open a dialog with a digit's image and the probabilities that every classifier gives it.

    Parameters
    ----------
    index : int
        The digit.
    indices : integer ndarray of shape (n,)
        The list that the digit comes from.
    per_page : int
        Digits on a page of the list.
    labels_in_question : bool
        Whether to call a prediction that differs from the label a disagreement rather than wrong.
    """
    true = int(results.y_true[index])
    title = f"Digit {index} · {'label' if labels_in_question else 'true'} {true}"

    @st.dialog(title, width="medium", on_dismiss=lambda: view.put(sample=None))
    def dialog() -> None:
        picture, predictions = st.columns([1, 2], vertical_alignment="center")
        with picture:
            show_large((results.dataset, results.split), index, true)
            wrong = sum(int(y_pred[index]) != true for y_pred in results.y_pred.values())
            st.caption(_count_wrong(wrong, len(results.y_pred), labels_in_question=labels_in_question))
        with predictions:
            proba = np.stack([run.proba[index] for run in results.runs.values()])
            labels = list(results.labels.values())
            figure = probabilities_figure(labels, proba, true=true, accent=theme.accent(), inks=theme.inks())
            charts.show(
                figure,
                lambda: probabilities_frame(labels, proba),
                name=f"{results.dataset}-{results.split}-{index}",
                alt=f"Probabilities of digit {index} by classifier",
                key="opened probabilities",
            )
            colored = "those that disagree with the label" if labels_in_question else "wrong ones"
            st.caption(f"Probabilities in percent; each prediction is outlined, {colored} in color.")
        show_steps(index, indices, per_page)

    dialog()


def show_large(split: SplitKey, index: int, true: int) -> None:
    """Show the image of a digit, or that it is unavailable."""
    if image_loading.images(*split) is None:
        st.caption(":material/image_not_supported: Image unavailable. The page shows the reason.")
    else:
        alt = f"Digit {index} of the {split[1]} split, a handwritten {true}"
        digit_tiles.show_digits(split, np.array([index]), [{"index": index, "alt": alt}], size=196, key="opened digit")


def show_steps(index: int, indices: np.ndarray, per_page: int) -> None:
    """Show buttons that open the previous and the next digit of the list."""
    found = np.flatnonzero(indices == index)
    if not len(found):
        st.caption("This digit is not in the current list.")
        return
    position = int(found[0])
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        for label, step, shortcut in (("Previous", -1, "Left"), ("Next", 1, "Right")):
            target = position + step
            inside = 0 <= target < len(indices)
            change = {"page": 1 + target // per_page if target >= per_page else None}
            # The callback changes the view. The dialog is a fragment, so the page behind it needs a separate rerun.
            if st.button(
                label,
                disabled=not inside,
                shortcut=shortcut,
                key=f"step {step}",
                on_click=view.put,
                kwargs=change | {"sample": int(indices[target])} if inside else None,
            ):
                st.rerun()
            if step < 0:
                st.caption(f"{position + 1:,} of {len(indices):,}", width="content")


def _count_wrong(wrong: int, n: int, *, labels_in_question: bool) -> str:
    """Return "13 of 15 classifiers are wrong." or "13 of 15 classifiers disagree with the label."."""
    if labels_in_question:
        return f"{wrong} of {n} classifiers {'disagrees' if wrong == 1 else 'disagree'} with the label."
    return f"{wrong} of {n} classifiers {'is' if wrong == 1 else 'are'} wrong."
