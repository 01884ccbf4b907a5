// Makes DOM elements: build('button', {class: 'btn', type: 'button'}, 'Undo').
// Strings become text nodes, never markup: records and label names come from strangers.

export function build(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, '');
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export function icon(name) {
  return build('span', {class: 'i', 'aria-hidden': 'true'}, name);
}

// The function that a component gives back to Streamlit, to be called when it goes. Streamlit also calls it
// for a call that a newer one has overtaken, while the component stays: only a root that has left the page
// is really gone.
export function onceGone(root, close) {
  return () => setTimeout(() => root.isConnected || close());
}

// The palette has twelve colours and then repeats; the key tells such labels apart.
export function paletteClass(colour) {
  return `c${((Math.max(1, colour) - 1) % 12) + 1}`;
}

const FOLLOW_MS = 40; // so that not even the frame after the next one waits for it

// Calls `act` shortly after the frame that is due has been painted; returns the function that calls this off. A tab in
// the background paints nothing until it is looked at.
export function afterPaint(act) {
  let timer = null;
  const frame = requestAnimationFrame(() => {
    timer = setTimeout(act, FOLLOW_MS);
  });
  return () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
  };
}
