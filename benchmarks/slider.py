"""From moving the slider to the redrawn chart, for 100,000 predictions: our component against Altair in a fragment."""

from __future__ import annotations

from playwright.sync_api import Page, sync_playwright

from benchmarks.figures import compared, parse_arguments, report
from benchmarks.serving import chromium, served_text

MOVES = 15
OURS = """
import numpy as np, streamlit as st
from al_core.evaluation.precision import precision_curve
from pages.components import threshold_chart

@st.cache_data
def curve():
    rng = np.random.default_rng(0)
    pool, labelled = rng.beta(4, 2, 100_000), rng.beta(4, 2, 500)
    found = precision_curve(labelled, rng.random(500) < labelled, pool, len(pool))
    names = ("thresholds", "kept", "correct", "records")
    drawn = {name: getattr(found, name).tolist() for name in names}
    for name in ("precision", "low", "high"):
        values = getattr(found, name).tolist()
        drawn[name] = [None if n == 0 else value for value, n in zip(values, found.kept.tolist(), strict=True)]
    return drawn | {"pool_size": len(pool), "method": "out-of-fold"}

st.set_page_config(layout="wide")
threshold_chart.mount(
    key="chart", on_release=lambda: None, curve=curve(), threshold=0.8, revision="1", target=0.9, caption=""
)
"""
# As one would write it: the fragment reruns for each value, counts what is kept, and draws the curve with a rule.
ALTAIR = """
import altair as alt, numpy as np, pandas as pd, streamlit as st

@st.cache_data
def predictions():
    rng = np.random.default_rng(0)
    labelled = rng.beta(4, 2, 500)
    return rng.beta(4, 2, 100_000), labelled, rng.random(500) < labelled

@st.fragment
def tune():
    pool, labelled, right = predictions()
    threshold = st.slider("min_confidence", 0.0, 1.0, 0.8, 0.01)
    grid = np.linspace(0, 1, 101)
    curve = pd.DataFrame({
        "threshold": grid,
        "precision": [right[labelled >= t].mean() if (labelled >= t).any() else np.nan for t in grid],
        "records": [int((pool >= t).sum()) for t in grid],
    })
    st.markdown(f"At {threshold:.2f}: {int((pool >= threshold).sum()):,} kept")
    rule = alt.Chart(pd.DataFrame({"threshold": [threshold]})).mark_rule().encode(x="threshold")
    st.altair_chart(alt.Chart(curve).mark_line().encode(x="threshold", y="precision") + rule)
    st.altair_chart(alt.Chart(curve).mark_area().encode(x="threshold", y="records") + rule)

st.set_page_config(layout="wide")
tune()
"""
# Milliseconds from the key press to the first frame in which the words and the picture are those of the new value.
WATCH = """([words, picture]) => {
  const find = (part) => {
    for (const root of [document, ...[...document.querySelectorAll('*')].map((n) => n.shadowRoot).filter(Boolean)]) {
      const found = root.querySelector(part);
      if (found) return found;
    }
    return null;
  };
  const state = () => [find(words)?.textContent, find(picture)?.outerHTML];
  const [text, drawn] = state();
  window.moved = new Promise((resolve, reject) => {
    window.addEventListener('keydown', async () => {
      const started = performance.now();
      for (;;) {
        const [newText, newDrawn] = state();
        if (newText !== text && newDrawn !== undefined && newDrawn !== drawn) break;
        if (performance.now() - started > 20000) return reject(new Error('nothing was redrawn'));
        await new Promise(requestAnimationFrame);
      }
      resolve(performance.now() - started);
    }, {once: true, capture: true});
  });
}"""


def median_move(page: Page, words: str, picture: str) -> float:
    """Return the median milliseconds of moves of the slider on an open page, after a first one that is not counted."""
    page.get_by_role("slider").first.focus()
    found = []
    for _ in range(MOVES + 1):
        page.evaluate(WATCH, [words, picture])
        page.keyboard.press("ArrowLeft")
        found.append(float(page.evaluate("window.moved")))
        page.wait_for_timeout(800)  # until the release of ours, and the rerun of the other, are over
    return sorted(found[1:])[MOVES // 2]


def main() -> None:
    """Measure both, one after the other on the same machine, and print the figure."""
    arguments = parse_arguments(__doc__)
    with sync_playwright() as playwright, served_text(OURS) as ours, served_text(ALTAIR) as altair:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 1200})
        page.goto(ours)
        page.locator(".verdict").wait_for()
        page.wait_for_timeout(2000)
        value = median_move(page, "[data-part=verdict]", ".rule line")
        page.goto(altair)
        page.get_by_text("kept").first.wait_for()
        page.wait_for_timeout(3000)
        against = median_move(page, "[data-testid=stMarkdown] p", "[data-testid=stVegaLiteChart] svg")
        browser.close()
    report([compared("slider to redraw, 100,000 predictions", value, "ms", against, at_least=20)], arguments.json)


if __name__ == "__main__":
    main()
