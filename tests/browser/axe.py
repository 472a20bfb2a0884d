"""Checks a page's accessibility with axe-core, in JupyterLab's light and dark themes and in two widths."""

from __future__ import annotations

from tests.browser.lab import Notebook
from tests.paths import ROOT

AXE = ROOT / "js" / "node_modules" / "axe-core" / "axe.min.js"
THEMES = ("JupyterLab Light", "JupyterLab Dark")
WIDTHS = (1400, 700)  # pixels of the window
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SCAN = """async rules => {
    const painted = () => new Promise(requestAnimationFrame);
    await painted(), await painted();  // until elements have adapted to the new width
    const ending = document.getAnimations().filter(each => Number.isFinite(each.effect.getComputedTiming().endTime));
    const ended = Promise.all(ending.map(each => each.finished.catch(() => undefined)));
    await Promise.race([ended, new Promise(resolve => setTimeout(resolve, 5000))]);  // a paused one never ends
    const {violations, passes, incomplete} = await axe.run('.csw', {runOnly: rules});
    const seen = [...violations, ...passes].some(({id}) => id === 'color-contrast');
    const failed = incomplete.flatMap(({error}) => error ? [`${error.ruleId} was given up: ${error.stack}`] : []);
    // A day of a calendar shows "22" above "1" and is called "22 November 2026: 1 run"; axe seeks "221" in the name.
    const dayName = ({html}, id) => id === 'label-content-name-mismatch' && html.includes('data-date=');
    const found = violations.flatMap(({id, nodes}) => nodes.filter(node => !dayName(node, id)).map(
        node => `${id}: ${node.html.slice(0, 200)} ${node.failureSummary.split('\\n').slice(1).join('; ')}`));
    return [...(seen ? [] : ['no text was seen: its contrast was not measured']), ...failed, ...found];
}"""
# axe takes elements outside of an ancestor with `overflow: hidden` for hidden: those in JupyterLab's body, which has no
# height, and those in an open dialog. It gives a rule up if only a part is cut off. It does not know the top layer
# either, and measures nothing in a dialog that other elements seem to cover.
UNHIDE_CSS = """body, .jp-LabShell, :has(dialog:modal) { overflow: visible !important; }
body:has(dialog:modal) :not(:has(dialog:modal), dialog:modal, dialog:modal *) { visibility: hidden !important; }"""


class Scanner:
    """Collects the accessibility violations of a notebook's widgets in the states that a test shows."""

    def __init__(self, notebook: Notebook) -> None:
        self._notebook = notebook
        self.states: list[str] = []
        self.found: list[str] = []

    def scan(self, state: str, themes: tuple[str, ...] = THEMES, widths: tuple[int, ...] = WIDTHS) -> None:
        """Scan the page in each theme and width. `state` names the shown state in the reports of violations."""
        page = self._notebook.page
        if not page.evaluate("'axe' in window"):
            page.add_script_tag(content=AXE.read_text())
            page.add_style_tag(content=UNHIDE_CSS)
        before = page.viewport_size
        assert before is not None
        for theme in themes:
            self._notebook.set_theme(theme)
            for width in widths:
                page.set_viewport_size({"width": width, "height": before["height"]})
                self.found += [f"{state}, {theme}, {width} px: {each}" for each in page.evaluate(SCAN, RULES)]
        page.set_viewport_size(before)
        self.states.append(state)

    def assert_clean(self) -> None:
        """Raises AssertionError with all violations if there are any, or if nothing was scanned."""
        assert self.states, "nothing was scanned"
        assert not self.found, "\n".join(self.found)
