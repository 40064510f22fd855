"""Links to every page: as the first request to a fresh server, on a narrow screen, and without other hosts."""

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.browser.actions import TIMEOUT, cells_of, open_view, view_of, wait_until_at_rest
from tests.pages.conftest import PAGES

pytestmark = pytest.mark.browser
LINKS = {
    "/errors?dataset=mnist&model=random-forest&true=9&pred=4": "What do the mistakes look like?",
    "/confusion?dataset=digits&model=sgd&true=8&pred=1": "Which digits get mixed up?",
    "/draw?dataset=digits": "What does each classifier see in my digit?",
    "/overview?dataset=digits&model=svc-ovr": "Which classifier should I use?",
}


@pytest.mark.parametrize(
    ("path", "title"),
    [pytest.param(*link, marks=pytest.mark.slow if number else ()) for number, link in enumerate(LINKS.items())],
)
def test_a_link_opens_its_view_as_the_first_request_to_a_fresh_server(start_server, page, path, title):
    open_view(page, start_server(), path)
    assert page.locator("h1").inner_text() == title
    assert page.get_by_test_id("stSidebarNavLink").count() == len(PAGES)
    requested = {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}
    assert requested.items() <= view_of(page).items()
    if "errors" in path:
        tiles = page.locator("button.tile")
        tiles.first.wait_for()
        assert cells_of(tiles) == {"true 9, predicted 4"}


def test_two_links_open_at_once_on_a_fresh_server(start_server, browser):
    """The second visitor may arrive while the server still treats `pages/` as automatic pages for the first one."""
    server = start_server()
    pages = [browser.new_page() for _ in range(2)]
    for page, path in zip(pages, ("/errors?dataset=digits", "/draw?dataset=digits"), strict=True):
        page.set_default_timeout(TIMEOUT)
        page.goto(server + path, wait_until="commit")
    for page, title in zip(pages, ("What do the mistakes", "What does each classifier"), strict=True):
        page.wait_for_selector("h1")
        wait_until_at_rest(page)
        assert page.locator("h1").inner_text().startswith(title)
        page.close()


def test_no_page_scrolls_sideways_on_a_narrow_screen_or_contacts_another_host(server, browser):
    page, hosts, widths, titles = browser.new_page(viewport={"width": 480, "height": 900}), set(), {}, set()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
    open_view(page, server, "/?dataset=digits")
    links = page.get_by_test_id("stSidebarNavLink")
    assert links.count() == len(PAGES)
    for place in range(len(PAGES)):
        links.nth(place).evaluate("link => link.click()")  # The sidebar is collapsed on a narrow screen.
        page.wait_for_function(
            "titles => !titles.includes(document.querySelector('h1')?.innerText ?? titles[0])", arg=["", *titles]
        )
        wait_until_at_rest(page)
        titles.add(page.locator("h1").inner_text())
        widths[page.url] = page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
    assert len(titles) == len(PAGES)
    assert {url: width for url, width in widths.items() if width > 480} == {}
    assert hosts - {None} == {"127.0.0.1"}
    page.close()
