"""What needs no pen; tests/browser draws."""


def test_a_blank_canvas_is_not_predicted(open_page):
    app = open_page("draw")
    assert "blank" in app.info[0].value
    assert not app.metric


def test_the_stroke_width_lives_in_the_url(open_page):
    app = open_page("draw", stroke=30)
    assert app.select_slider[0].value == 30
    app.select_slider[0].set_value(12).run()
    assert dict(app.query_params)["stroke"] == "12"
