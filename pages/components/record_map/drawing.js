// Points and what lies over them, on two canvases: hovering and dragging never draw twenty thousand points again.

export function fitCanvas(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  if (canvas.width === Math.round(width * ratio) && canvas.height === Math.round(height * ratio)) return;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  canvas.getContext('2d').setTransform(ratio, 0, 0, ratio, 0, 0);
}

// The colours of tokens as the browser computes them, which a canvas needs; `probe` is an element of the component.
export function colourReader(probe) {
  const known = new Map();
  return (token) => {
    if (!known.has(token)) {
      probe.style.backgroundColor = `var(${token})`;
      known.set(token, getComputedStyle(probe).backgroundColor);
      probe.style.backgroundColor = '';
    }
    return known.get(token);
  };
}

export function pointSize(zoom, n) {
  const atRest = n > 5000 ? 3 : n > 1000 ? 4 : 6;
  return Math.min(10, atRest + Math.log2(zoom));
}

export function drawPoints(canvas, {view, points, colouring, focused, selected, colour}) {
  const context = canvas.getContext('2d');
  context.clearRect(0, 0, view.width, view.height);
  const size = pointSize(view.zoom, points.x.length);
  const half = size / 2;
  const {kx, bx, ky, by} = view.transform;
  let shown = -1;
  for (const place of colouring.order) {
    const x = points.x[place] * kx + bx;
    const y = points.y[place] * ky + by;
    if (x < -size || y < -size || x > view.width + size || y > view.height + size) continue;
    const group = colouring.group[place];
    if (group !== shown) {
      shown = group;
      const {token, strength, isQuiet} = colouring.groups[group];
      const isDimmed = focused !== null && focused !== group;
      context.fillStyle = colour(isDimmed ? '--line' : token);
      context.globalAlpha = isDimmed ? 0.5 : strength ?? (isQuiet ? 0.45 : 0.9);
    }
    context.fillRect(x - half, y - half, size, size);
  }
  context.globalAlpha = 1;
  context.strokeStyle = colour('--text');
  context.lineWidth = 1;
  for (const place of selected) {
    context.strokeRect(points.x[place] * kx + bx - half - 1, points.y[place] * ky + by - half - 1, size + 2, size + 2);
  }
}

export function drawOver(canvas, {view, points, box, hovered, colour}) {
  const context = canvas.getContext('2d');
  context.clearRect(0, 0, view.width, view.height);
  if (box) {
    context.globalAlpha = 0.12;
    context.fillStyle = colour('--accent');
    context.fillRect(box.left, box.top, box.right - box.left, box.bottom - box.top);
    context.globalAlpha = 1;
    context.strokeStyle = colour('--accent');
    context.lineWidth = 1.5;
    context.strokeRect(box.left, box.top, box.right - box.left, box.bottom - box.top);
  }
  if (hovered !== null) {
    context.beginPath();
    context.arc(view.toScreenX(points.x[hovered]), view.toScreenY(points.y[hovered]), 8, 0, 2 * Math.PI);
    context.strokeStyle = colour('--text');
    context.lineWidth = 2;
    context.stroke();
  }
}

export function pointsInBox(points, view, box) {
  const found = [];
  const {kx, bx, ky, by} = view.transform;
  for (let place = 0; place < points.x.length; place += 1) {
    const x = points.x[place] * kx + bx;
    const y = points.y[place] * ky + by;
    if (x >= box.left && x <= box.right && y >= box.top && y <= box.bottom) found.push(place);
  }
  return found;
}

// The point nearest to a place of the screen, or null when none is within `reach` pixels.
export function pointAt(points, view, at, reach = 9) {
  let best = null;
  let nearest = reach * reach;
  const {kx, bx, ky, by} = view.transform;
  for (let place = 0; place < points.x.length; place += 1) {
    const byX = points.x[place] * kx + bx - at.x;
    const byY = points.y[place] * ky + by - at.y;
    const squared = byX * byX + byY * byY;
    if (squared <= nearest) [best, nearest] = [place, squared];
  }
  return best;
}
