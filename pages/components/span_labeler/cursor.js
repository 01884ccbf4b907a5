// Where the person is in the text: a token, or a selection from an anchor to a token; by keys and mouse.

export class Cursor {
  constructor() {
    this.reset(0);
  }

  reset(count) {
    this.count = count;
    this.token = 0;
    this.anchor = null;
  }

  get first() {
    return this.anchor === null ? this.token : Math.min(this.anchor, this.token);
  }

  get last() {
    return this.anchor === null ? this.token : Math.max(this.anchor, this.token);
  }

  get isSelection() {
    return this.anchor !== null;
  }

  moveTo(token, {extends: isExtending = false} = {}) {
    this.anchor = isExtending ? this.anchor ?? this.token : null;
    this.token = Math.max(0, Math.min(this.count - 1, token));
  }

  select(anchor, token) {
    this.anchor = anchor;
    this.token = token;
  }
}

// The token under the pointer; over a gap the one that the drag from `anchor` has just passed.
function tokenUnder(event, anchor) {
  const under = event.composedPath().find((node) => node.dataset?.token !== undefined || node.dataset?.gap !== undefined);
  if (!under) return null;
  if (under.dataset.token !== undefined) return Number(under.dataset.token);
  const after = Number(under.dataset.gap);
  return anchor === null || after > anchor ? Math.max(0, after - 1) : after;
}

// Tells `onDrag(anchor, token)` while the left button is down, whole tokens at a time. Where the press takes
// hold of a span's border, `borderAt(event)` gives {span, anchor} and the drop is told as
// `onResize(span, anchor, token)`. Returns the function that stops listening.
export function listenToDrag(box, {onDrag, borderAt, onResize}) {
  let anchor = null;
  let border = null;
  let last = null;
  const down = (event) => {
    if (event.button !== 0) return;
    border = borderAt(event);
    const token = border ? border.anchor : tokenUnder(event, null);
    if (token === null) return;
    event.preventDefault(); // tokens are selected here, not characters by the browser
    anchor = token;
    last = null;
    if (!border) onDrag(anchor, token);
  };
  const move = (event) => {
    if (anchor === null) {
      box.style.cursor = borderAt(event) ? 'ew-resize' : '';
      return;
    }
    const token = tokenUnder(event, anchor);
    if (token === null) return;
    last = token;
    onDrag(anchor, token);
  };
  const up = (event) => {
    if (anchor !== null) move(event); // a busy browser may not have told of the last way before
    if (anchor !== null && border && last !== null) onResize(border.span, anchor, last);
    anchor = null;
    border = null;
  };
  box.addEventListener('mousedown', down);
  box.addEventListener('mousemove', move);
  window.addEventListener('mouseup', up);
  return () => window.removeEventListener('mouseup', up);
}
