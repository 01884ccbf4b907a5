"""The browser fixtures themselves: a server that works, one that dies, a page that throws."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect


@pytest.fixture(scope="module")
def button_app(serve, tmp_path_factory):
    script = tmp_path_factory.mktemp("scripts") / "button.py"
    script.write_text(
        "import os\nimport streamlit as st\nimport al_core.types\n"
        "if st.button('Go'):\n    st.write('went to ' + os.environ['PLACE'])\n"
    )
    return serve(script, {"PLACE": "town"})


def test_a_served_script_sees_its_environment_and_the_project(button_app, page, idle):
    page.goto(button_app)
    idle(page)
    page.get_by_role("button", name="Go").click()
    expect(page.get_by_text("went to town")).to_be_visible()


def test_two_pages_are_two_browsers(button_app, open_page, idle):
    first, second = open_page(), open_page(color_scheme="dark")
    for page in (first, second):
        page.goto(button_app)
        idle(page)
    first.get_by_role("button", name="Go").click()
    expect(first.get_by_text("went to town")).to_be_visible()
    expect(second.get_by_text("went to town")).to_have_count(0)


def test_a_server_that_cannot_start_shows_its_log(serve):
    with pytest.raises(pytest.fail.Exception, match="does not exist"):
        serve("no/such/script.py")


def test_a_stopped_server_starts_again_on_its_port(serve, tmp_path, page, idle):
    script = tmp_path / "word.py"
    script.write_text("import streamlit as st\nst.write('first')\n")
    url = serve(script)
    serve.stop(url)
    script.write_text("import streamlit as st\nst.write('second')\n")
    assert serve(script, port=int(url.rsplit(":", 1)[1])) == url
    page.goto(url)
    idle(page)
    expect(page.get_by_text("second")).to_be_visible()
