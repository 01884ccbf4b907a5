// The click that took the focus from the editor must not overtake the text: Streamlit sends the state of a
// component some milliseconds after it was set, and what a button starts must see the latest text.

const AFTER_STATE_MS = 80; // when Streamlit has sent the state for certain: its own timer is older
const SAME_CLICK_MS = 600; // a press longer than this is another click

export function holdNextClick() {
  const sentBy = performance.now() + AFTER_STATE_MS;
  const hold = (event) => {
    const [target] = event.composedPath();
    const wait = sentBy - performance.now();
    const isStreamlits = target.getRootNode() === document; // components of ours work with the editor itself
    if (!isStreamlits || wait <= 0) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    setTimeout(() => target.dispatchEvent(new MouseEvent('click', event)), wait);
  };
  document.addEventListener('click', hold, {capture: true, once: true});
  setTimeout(() => document.removeEventListener('click', hold, {capture: true}), SAME_CLICK_MS);
}
