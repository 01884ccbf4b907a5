// Which key presses belong to a labeler, and which label they mean.

const TYPING = 'input, textarea, select, [contenteditable=""], [contenteditable="true"]';
const NOT_TYPED_INTO = new Set(['checkbox', 'radio', 'range', 'button', 'submit', 'reset', 'color', 'file']);
const FLOATING = '[role="dialog"], [role="menu"], [role="listbox"]';
const PRESSABLE = 'button, a[href], summary, input, [role="button"], [role="radio"], [role="tab"], [role="switch"]';
const NATIVE_KEYS = new Set([' ', 'Enter', 'Tab', 'ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown']);

// Ctrl and Alt together are AltGr on some keyboards: that types a character.
const isAltGraph = (event) => event.getModifierState('AltGraph');

export function hasModifier(event) {
  return !isAltGraph(event) && (event.ctrlKey || event.metaKey || event.altKey);
}

export function isUndo(event) {
  return (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === 'z';
}

function isTyping(element) {
  if (!element.matches?.(TYPING) && !element.isContentEditable) return false;
  return !(element.tagName === 'INPUT' && NOT_TYPED_INTO.has(element.type));
}

// How the focus came to where it is. After a click it stays on a switch or link, which must not take Space
// and Enter away from the labeler; whoever went there with Tab means that control. (`:focus-visible` cannot
// tell: it turns true with the first key press after a click.)
const focus = {isPointing: true, byPointer: true};

function watchFocus() {
  const point = () => {
    focus.isPointing = true;
  };
  const arrive = () => {
    focus.byPointer = focus.isPointing;
  };
  document.addEventListener('pointerdown', point, true);
  document.addEventListener('focusin', arrive, true);
  return () => {
    document.removeEventListener('pointerdown', point, true);
    document.removeEventListener('focusin', arrive, true);
  };
}

// A dialog just closed may hold the focus until the next frame.
const isFloating = (node) => node.matches(FLOATING) && node.open !== false;

// False while somebody types in a field, uses a menu or dialog, or presses a control they reached with Tab.
export function isForLabeler(event) {
  if (event.isComposing) return false;
  const path = event.composedPath().filter((node) => node instanceof Element);
  if (!path.length) return true;
  if (isTyping(path[0]) || path.some(isFloating)) return false;
  return !(NATIVE_KEYS.has(event.key) && path[0].matches(PRESSABLE) && !focus.byPointer);
}

// The label of a key press: first by the character typed, then by the digit printed on the key. There are
// keyboards that need Shift for digits: there a digit with Shift is Shift+digit first.
export function labelOfKey(event, labels) {
  const withKey = (key) => labels.find((label) => label.key && label.key === key);
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(event.code)?.[1];
  const shifted = digit !== undefined && event.shiftKey ? withKey(`Shift+${digit}`) : undefined;
  if (shifted && (/\d/.test(event.key) || !withKey(event.key))) return shifted;
  return withKey(event.key) ?? (digit === undefined || event.shiftKey ? null : withKey(digit) ?? null);
}

// Calls `handle` for every key press that is the labeler's to use. When it returns true, nobody else hears
// of the press: Streamlit has keys of its own (C, R). Returns the function that stops listening.
export function listenToKeys(handle) {
  const listener = (event) => {
    if (isForLabeler(event) && handle(event)) {
      event.preventDefault();
      event.stopImmediatePropagation();
    } else if (event.key === 'Tab') {
      focus.isPointing = false;
      focus.byPointer = false; // inside one component the focus moves unseen
    }
  };
  const unwatch = watchFocus();
  document.addEventListener('keydown', listener, true);
  return () => {
    unwatch();
    document.removeEventListener('keydown', listener, true);
  };
}
