"""ROC and precision-recall curves, compared with scikit-learn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn import metrics

from mnist_core import cached
from mnist_core.evaluation.curves import corner_distances, macro_average, one_vs_rest, pr_curve, roc_curve, thin

N = 10
both_classes = (
    st.integers(2, 60)
    .flatmap(
        lambda n: st.tuples(arrays(bool, n), arrays(np.float32, n, elements=st.integers(0, 12).map(lambda s: s / 12)))
    )
    .filter(lambda pair: 0 < pair[0].sum() < len(pair[0]))
)
"""Strategy for whether samples are positive, and for scores, many of which are equal."""


@st.composite
def predictions(draw):
    """Draw labels of at least two classes, and probabilities, many of which are equal."""
    n = draw(st.integers(2, 40))
    y_true = draw(arrays(np.uint8, n, elements=st.integers(0, 9)).filter(lambda y: len(np.unique(y)) > 1))
    weights = draw(arrays(np.int64, (n, N), elements=st.integers(1, 4)))
    return y_true, (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)


def curve_function(kind):
    return {"roc": roc_curve, "pr": pr_curve}[kind]


@pytest.fixture(scope="module", params=["sgd", "random-forest", "svc-ovo", "cnn"])
def mnist(request):
    results = cached.load_results("mnist")
    return results.y_true, results[request.param].proba


@given(both_classes)
def test_roc_curve_is_the_line_through_the_points_of_scikit_learn(pair):
    positive, scores = pair
    curve = roc_curve(positive, scores)
    x, y, thresholds = metrics.roc_curve(positive, scores, drop_intermediate=False)
    np.testing.assert_allclose(np.interp(x + y, curve.x + curve.y, curve.x), x, atol=1e-12)
    assert set(zip(curve.x, curve.y, curve.thresholds, strict=True)) <= set(zip(x, y, thresholds, strict=True))
    assert curve.area == pytest.approx(metrics.roc_auc_score(positive, scores))


@given(both_classes)
def test_pr_curve_matches_scikit_learn_up_to_full_recall(pair):
    positive, scores = pair
    curve = pr_curve(positive, scores)
    precision, recall, thresholds = metrics.precision_recall_curve(positive, scores)
    precision, recall, thresholds = (column[::-1] for column in (precision, recall, np.r_[thresholds, np.inf]))
    needed = len(curve.x)
    np.testing.assert_allclose(curve.x, recall[:needed])
    np.testing.assert_allclose(curve.y, precision[:needed])
    np.testing.assert_array_equal(curve.thresholds, thresholds[:needed])
    assert (recall[needed - 1 :] == 1).all()
    assert curve.area == pytest.approx(metrics.average_precision_score(positive, scores))


@pytest.mark.parametrize("kind", ["roc", "pr"])
@given(pair=both_classes, random=st.randoms(use_true_random=False))
def test_curves_are_independent_of_the_order_of_samples(kind, pair, random):
    positive, scores = pair
    order = list(range(len(positive)))
    random.shuffle(order)
    one, other = curve_function(kind)(positive, scores), curve_function(kind)(positive[order], scores[order])
    for name in ("x", "y", "thresholds", "area"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


@given(both_classes)
def test_curves_are_monotonic_and_independent_of_the_scale_of_scores(pair):
    positive, scores = pair
    roc, pr = roc_curve(positive, scores), pr_curve(positive, scores)
    assert (np.diff(roc.x) >= 0).all()
    assert (np.diff(roc.y) >= 0).all()
    assert (np.diff(pr.x) >= 0).all()
    assert (np.diff(roc.thresholds) < 0).all()
    assert 0 <= roc.area <= 1
    assert 0 < pr.area <= 1 + 1e-12
    for kind, curve in (("roc", roc), ("pr", pr)):
        assert curve_function(kind)(positive, np.exp(3 * scores)).area == curve.area


@given(both_classes)
def test_the_area_under_a_roc_curve_is_the_share_of_correctly_ranked_pairs(pair):
    positive, scores = pair
    a, b = scores[positive][:, None], scores[~positive]
    assert roc_curve(positive, scores).area == pytest.approx(((a > b) + 0.5 * (a == b)).mean())


def test_curves_of_a_small_example():
    positive, scores = np.array([True, False, True, True, False]), np.array([0.9, 0.8, 0.7, 0.7, 0.1])
    roc = roc_curve(positive, scores)
    assert roc.x.tolist() == [0, 0, 0.5, 0.5, 1]
    assert roc.y.tolist() == pytest.approx([0, 1 / 3, 1 / 3, 1, 1])
    assert roc.thresholds.tolist() == [np.inf, 0.9, 0.8, 0.7, 0.1]
    assert roc.area == pytest.approx(0.5 * 1 / 3 + 0.5)
    pr = pr_curve(positive, scores)
    assert pr.x.tolist() == pytest.approx([0, 1 / 3, 1 / 3, 1])
    assert pr.y.tolist() == pytest.approx([1, 1, 1 / 2, 3 / 4])
    assert pr.area == pytest.approx(1 / 3 + 2 / 3 * 3 / 4)


@pytest.mark.parametrize("kind", ["roc", "pr"])
def test_a_perfect_ranking_has_area_1_and_reaches_the_corner(kind):
    curve = curve_function(kind)(np.array([True, True, False, False]), np.array([0.9, 0.8, 0.2, 0.1]))
    assert curve.area == 1
    across, down = corner_distances(curve)
    assert (0, 0) in set(zip(across, down, strict=True))


@pytest.mark.parametrize(("kind", "positive"), [("roc", [True, True]), ("roc", [False, False]), ("pr", [False, False])])
def test_a_missing_class_is_an_error(kind, positive):
    with pytest.raises(ValueError, match="Expected positive"):
        curve_function(kind)(np.array(positive), np.array([0.1, 0.2]))


@given(predictions())
def test_averages_match_scikit_learn(pair):
    y_true, proba = pair
    present = np.unique(y_true)
    truth = y_true[:, None] == np.arange(N)
    for kind, score in (("roc", metrics.roc_auc_score), ("pr", metrics.average_precision_score)):
        curves = one_vs_rest(y_true, proba, kind)
        assert list(curves) == ["macro", "micro", *map(str, present)]
        assert curves["macro"].area == pytest.approx(score(truth[:, present], proba[:, present], average="macro"))
        assert curves["micro"].area == pytest.approx(score(truth, proba, average="micro"))


@pytest.mark.parametrize("kind", ["roc", "pr"])
def test_areas_on_mnist_match_scikit_learn(mnist, kind):
    y_true, proba = mnist
    truth = y_true[:, None] == np.arange(N)
    curves = one_vs_rest(y_true, proba, kind)
    score = metrics.roc_auc_score if kind == "roc" else metrics.average_precision_score
    expected = score(truth, proba, average=None)
    assert [curves[str(digit)].area for digit in range(N)] == pytest.approx(expected.tolist(), abs=1e-9)
    for average in ("macro", "micro"):
        assert curves[average].area == pytest.approx(score(truth, proba, average=average), abs=1e-9)


@given(predictions())
def test_the_area_of_a_macro_curve_is_the_area_under_its_points(pair):
    y_true, proba = pair
    roc, pr = one_vs_rest(y_true, proba, "roc")["macro"], one_vs_rest(y_true, proba, "pr")["macro"]
    assert np.trapezoid(roc.y, roc.x) == pytest.approx(roc.area)
    assert np.diff(pr.x) @ pr.y[1:] == pytest.approx(pr.area)
    assert (roc.x[0], roc.x[-1], roc.y[-1]) == pytest.approx((0, 1, 1))
    assert (pr.x[0], pr.y[0], pr.x[-1]) == pytest.approx((0, 1, 1))


def test_the_macro_average_of_a_single_curve_is_the_curve():
    positive, scores = np.array([True, False, True, False]), np.array([0.9, 0.8, 0.7, 0.6])
    for kind in ("roc", "pr"):
        curve = curve_function(kind)(positive, scores)
        mean = macro_average([curve])
        assert set(zip(curve.x, curve.y, strict=True)) >= set(zip(mean.x, mean.y, strict=True))
        assert mean.area == curve.area


@pytest.mark.parametrize("kind", ["roc", "pr"])
def test_a_thinned_curve_has_few_points_and_stays_close_to_the_full_curve(mnist, kind):
    for curve in one_vs_rest(*mnist, kind).values():
        thinned = thin(curve, 150)
        assert len(thinned.x) <= 150
        assert thinned.area == curve.area
        points = set(zip(curve.x, curve.y, strict=True))
        assert all(point in points for point in zip(thinned.x, thinned.y, strict=True))
        assert (thinned.x[0], thinned.y[0], thinned.x[-1], thinned.y[-1]) == (
            curve.x[0],
            curve.y[0],
            curve.x[-1],
            curve.y[-1],
        )
        area = np.trapezoid(thinned.y, thinned.x) if kind == "roc" else np.diff(thinned.x) @ thinned.y[1:]
        assert area == pytest.approx(curve.area, abs=0.01)


def test_a_short_curve_is_not_thinned():
    curve = roc_curve(np.array([True, False]), np.array([0.9, 0.1]))
    assert thin(curve, 10) is curve
