// Mouse, wheel and keys on the map. A drag draws a box, or moves the map while Shift or "Move" is on.

const NUDGE = 24; // pixels by which an arrow key moves or resizes the box
const ZOOM_STEP = 1.5;
const SMALLEST_DRAG = 4;

export function boxBetween(one, other) {
  return {
    left: Math.min(one.x, other.x),
    right: Math.max(one.x, other.x),
    top: Math.min(one.y, other.y),
    bottom: Math.max(one.y, other.y),
  };
}

// `map` has view, box, isMoving, hover(at), showBox(box), select(box, isAdding), clear() and redraw().
export function wirePointer(plot, map) {
  let drag = null;
  const placeOf = (event) => {
    const frame = plot.getBoundingClientRect();
    return {x: event.clientX - frame.left, y: event.clientY - frame.top};
  };
  plot.addEventListener('pointerdown', (event) => {
    if (event.button > 1) return;
    const at = placeOf(event);
    drag = {from: at, last: at, isPan: map.isMoving || event.shiftKey || event.button === 1};
    plot.setPointerCapture(event.pointerId);
    map.hover(null);
  });
  plot.addEventListener('pointermove', (event) => {
    const at = placeOf(event);
    if (!drag) {
      map.hover(at);
    } else if (drag.isPan) {
      map.view.pan(at.x - drag.last.x, at.y - drag.last.y);
      map.redraw();
    } else {
      map.showBox(boxBetween(drag.from, at));
    }
    if (drag) drag.last = at;
  });
  plot.addEventListener('pointerup', (event) => {
    const done = drag;
    drag = null;
    if (!done || done.isPan) return;
    const at = placeOf(event);
    const isClick = Math.hypot(at.x - done.from.x, at.y - done.from.y) < SMALLEST_DRAG;
    const isAdding = event.ctrlKey || event.metaKey;
    if (isClick) map.selectAt(at, isAdding);
    else map.select(boxBetween(done.from, at), isAdding);
  });
  plot.addEventListener('pointercancel', () => {
    drag = null;
    map.showBox(null);
  });
  plot.addEventListener('pointerleave', () => drag || map.hover(null));
  wireWheel(plot, map, placeOf);
}

// The wheel scrolls the page past a map that nobody works with.
function wireWheel(plot, map, placeOf) {
  const onWheel = (event) => {
    const hasFocus = plot.getRootNode().activeElement === plot;
    if (!hasFocus && !event.ctrlKey) return;
    event.preventDefault();
    map.view.zoomAt(placeOf(event), Math.exp(-event.deltaY / 400));
    map.redraw();
  };
  plot.addEventListener('wheel', onWheel, {passive: false});
}

const ARROWS = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};

export function wireKeys(plot, map) {
  plot.addEventListener('keydown', (event) => {
    if (event.altKey || event.metaKey) return;
    const [byX, byY] = ARROWS[event.key] ?? [0, 0];
    const known = {
      '+': () => zoomBy(map, ZOOM_STEP),
      '-': () => zoomBy(map, 1 / ZOOM_STEP),
      0: () => showAll(map),
      Enter: () => map.select(map.box ?? firstBox(map.view), event.ctrlKey),
      Escape: () => map.clear(),
    };
    if (!ARROWS[event.key] && !known[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    if (!ARROWS[event.key]) known[event.key]();
    else if (event.ctrlKey) panBy(map, byX, byY);
    else map.showBox(nudged(map, byX * NUDGE, byY * NUDGE, event.shiftKey));
  });
}

export function zoomBy(map, factor) {
  map.view.zoomAt({x: map.view.width / 2, y: map.view.height / 2}, factor);
  map.redraw();
}

export function showAll(map) {
  map.view.showAll();
  map.redraw();
}

function panBy(map, byX, byY) {
  map.view.pan(-byX * 2 * NUDGE, -byY * 2 * NUDGE);
  map.redraw();
}

function firstBox(view) {
  const half = Math.min(view.width, view.height) / 8;
  const [x, y] = [view.width / 2, view.height / 2];
  return {left: x - half, right: x + half, top: y - half, bottom: y + half};
}

// The first arrow shows the box, the next ones move its whole or, with Shift, its right lower corner.
function nudged(map, byX, byY, isResizing) {
  const {box, view} = map;
  if (!box) return firstBox(view);
  if (isResizing) {
    const right = Math.min(view.width, Math.max(box.left + 8, box.right + byX));
    return {...box, right, bottom: Math.min(view.height, Math.max(box.top + 8, box.bottom + byY))};
  }
  const x = Math.max(-box.left, Math.min(view.width - box.right, byX));
  const y = Math.max(-box.top, Math.min(view.height - box.bottom, byY));
  return {left: box.left + x, right: box.right + x, top: box.top + y, bottom: box.bottom + y};
}
