// Reaching into the editor's frame: it has our own origin, so its Ace is an object like any other.

const READY_CHECK_MS = 50;

// The frame of the editor that is nearest to `element` in the page, or null.
function frameNear(element) {
  for (let place = element; place; place = place.parentElement) {
    const frame = place.querySelector("iframe[title*='streamlit_ace']");
    if (frame) return frame;
  }
  return null;
}

function aceIn(frame) {
  return frame?.contentDocument?.querySelector('.ace_editor')?.env?.editor ?? null;
}

// The page's box around the editor: Python puts the editor straight above its bridge.
export function boxAbove(host) {
  return host.closest('[data-testid=stElementContainer]').previousElementSibling;
}

// {frame, ace} of the nearest editor that is ready, or null.
export function aceNear(element) {
  const frame = frameNear(element);
  const ace = aceIn(frame);
  return ace ? {frame, ace} : null;
}

// Calls `whenReady({frame, ace})` once; returns a function that stops waiting.
export function waitForAce(element, whenReady) {
  let timer = 0;
  const look = () => {
    const found = aceNear(element);
    if (found) whenReady(found);
    else timer = setTimeout(look, READY_CHECK_MS);
  };
  look();
  return () => clearTimeout(timer);
}

// What the package does not let Python choose.
export function setOptions(ace) {
  ace.setOptions({
    enableLiveAutocompletion: false, // its list takes the Enter of somebody who types fast
    enableBasicAutocompletion: true, // Ctrl+Space still asks for it
    enableSnippets: false,
    showPrintMargin: false,
    fontSize: 13,
    newLineMode: 'unix',
    useSoftTabs: true,
    tabSize: 4,
  });
  ace.container.style.lineHeight = '1.5';
  ace.renderer.updateFontSize();
  ace.renderer.setPadding(10);
  ace.textInput.getElement().setAttribute('aria-label', 'Source code. Escape leaves the editor.');
}

// Ctrl+Enter and Ctrl+S, before Ace or the browser see them.
export function listenForKeys(frame, act) {
  frame.contentWindow.addEventListener(
    'keydown',
    (event) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
      const wanted = {Enter: 'run', s: 'save', S: 'save'}[event.key];
      if (!wanted) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (!event.repeat) act(wanted);
    },
    true,
  );
}

// Tab indents, so Escape is the way out of the editor for somebody without a mouse.
export function letEscapeLeave(ace, target) {
  ace.commands.addCommand({
    name: 'leaveEditor',
    bindKey: 'Esc',
    exec: () => target.focus(),
    readOnly: true,
  });
}
