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

// Tells `onDrag(anchor, token)` while the left button is down, whole tokens at a time.
// Returns the function that stops listening.
export function listenToDrag(box, onDrag) {
  let anchor = null;
  const down = (event) => {
    if (event.button !== 0) return;
    const token = tokenUnder(event, null);
    if (token === null) return;
    event.preventDefault(); // tokens are selected here, not characters by the browser
    anchor = token;
    onDrag(anchor, token);
  };
  const move = (event) => {
    if (anchor === null) return;
    const token = tokenUnder(event, anchor);
    if (token !== null) onDrag(anchor, token);
  };
  const up = (event) => {
    move(event); // a busy browser may not have told of the last step before the button went up
    anchor = null;
  };
  box.addEventListener('mousedown', down);
  box.addEventListener('mousemove', move);
  window.addEventListener('mouseup', up);
  return () => window.removeEventListener('mouseup', up);
}
