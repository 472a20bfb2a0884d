"""Pages unlike JupyterLab's around a widget, without a kernel: the frame and the themes of VS Code's notebooks."""

from __future__ import annotations

import pytest
from playwright.sync_api import FrameLocator, Page, Route, expect

from clearml_sched_widgets.widgets.host.bundle import built
from tests.waiting import until

HEIGHT = 700  # pixels of the notebook that are seen
NOTEBOOK = f"""<!doctype html><div style="height: {HEIGHT}px; overflow: hidden auto"><div style="height: 8000px;
position: relative; overflow: hidden"><iframe src="http://webview.test/" style="position: absolute; top: -5000px;
width: 800px; height: 18000px"></iframe></div></div>"""
WEBVIEW = """<!doctype html><style>:root { --jp-layout-color1: white; --jp-ui-font-color1: black }
tr:nth-child(even) { background-color: red } code { color: red }</style>
<link rel="stylesheet" href="/index.css"><body style="overflow: hidden">
<div id="output" style="position: absolute; top: 5000px; width: 100%"></div>
<script type="module">
  import widget from '/index.js';
  const traits = {_kind: 'wizard', connection: {state: 'connected', user: 'Ann'}, surroundings: {}, draft: {}};
  const model = {get: name => traits[name], send() {}, on() {}, off() {}};
  widget.render({model, el: document.getElementById('output')});
</script>"""
SCROLLED = "notebook => notebook.scrollTop"
COLOURS = """panel => {
    const {backgroundColor, color, colorScheme} = getComputedStyle(panel);
    return [backgroundColor, color, colorScheme];
}"""
# The class of the page, then VS Code's colours of background and text as they come out, and which accents go with them.
THEMES = [
    ("vscode-dark", "rgb(31, 31, 31)", "rgb(204, 204, 204)", "dark"),
    ("vscode-light", "rgb(255, 255, 255)", "rgb(59, 59, 59)", "light"),
    ("vscode-high-contrast", "rgb(0, 0, 0)", "rgb(255, 255, 255)", "dark"),
    ("vscode-high-contrast vscode-high-contrast-light", "rgb(255, 255, 255)", "rgb(41, 41, 41)", "light"),
]


@pytest.fixture
def form(page: Page) -> FrameLocator:
    """A form in a frame of another origin that is as high as a whole notebook and seen in part, as VS Code has it."""
    page.route("http://notebook.test/", lambda route: route.fulfill(body=NOTEBOOK, content_type="text/html"))
    page.route("http://webview.test/**", answer)
    page.goto("http://notebook.test/")
    frame = page.frame_locator("iframe")
    expect(frame.get_by_label("Name", exact=True)).to_be_visible()
    return frame


def answer(route: Route) -> None:
    name = route.request.url.rpartition("/")[2]
    if name:
        route.fulfill(path=built(name))
    else:
        route.fulfill(body=WEBVIEW, content_type="text/html")


@pytest.mark.slow
def test_a_window_is_in_the_part_of_a_high_frame_that_is_seen(page: Page, form: FrameLocator) -> None:
    notebook = page.locator("div").first
    button = form.get_by_role("button", name="Import")
    button.scroll_into_view_if_needed()
    before = notebook.evaluate(SCROLLED)
    button.click()
    dialog = form.get_by_role("dialog")
    expect(dialog.get_by_role("textbox")).to_be_focused()
    seen = notebook.bounding_box()
    assert seen is not None

    def whole_in_sight() -> bool:
        box = dialog.bounding_box()
        return box is not None and seen["y"] < box["y"] and box["y"] + box["height"] < seen["y"] + HEIGHT

    until(whole_in_sight, what="the whole window in sight")
    assert notebook.evaluate(SCROLLED) == before
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


@pytest.mark.slow
@pytest.mark.parametrize(("marks", "background", "text", "scheme"), THEMES)
def test_colours_are_vs_codes_not_the_light_ones_that_its_widget_manager_brings(
    page: Page, form: FrameLocator, marks: str, background: str, text: str, scheme: str
) -> None:
    # The operating system has the other one.
    page.emulate_media(color_scheme="dark" if scheme == "light" else "light")
    form.locator("html").evaluate(
        """(root, [marks, background, text]) => {
            root.ownerDocument.body.className = marks;
            root.style = `--vscode-editor-background: ${background}; --vscode-foreground: ${text}`;
        }""",
        [marks, background, text],
    )
    panel = form.get_by_role("region", name="New instance")
    assert panel.evaluate(COLOURS) == [background, text, scheme]


@pytest.mark.slow
def test_tables_and_code_have_none_of_the_hosts_colours(form: FrameLocator) -> None:
    form.get_by_role("region", name="New instance").evaluate("""panel => {
        const table = document.createElement('table');
        for (const text of 'abc') table.insertRow().insertCell().textContent = text;
        panel.append(table, document.createElement('code'));
    }""")
    expect(form.get_by_role("row").nth(1)).to_have_css("background-color", "rgba(0, 0, 0, 0)")
    expect(form.locator("code").last).not_to_have_css("color", "rgb(255, 0, 0)")
