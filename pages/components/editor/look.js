// The editor's colours and fonts: the tokens of the page, written into the frame.

const TOKENS = [
  '--bg', '--bg-2', '--text', '--line', '--line-soft', '--muted', '--faint', '--hover', '--accent', '--accent-ink',
  '--accent-tint', '--raised', '--shadow', '--bad', '--bad-tint', '--l3-ink', '--l9-ink',
  '--font', '--font-code', '--radius-s',
];

const ERROR_SIGN = `url("data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 14 14" fill="none" stroke="#000" stroke-width="1.4">' +
    '<circle cx="7" cy="7" r="5.6"/><path d="M7 3.8v3.8M7 9v1.4"/></svg>',
)}")`;

const EDITOR_SHEET = `
  body { margin: 0; background: var(--bg); }
  .MuiGrid-container { display: none !important; } /* the Apply button: the bridge applies */
  .ace_editor.ace_editor { box-sizing: border-box; border: 1px solid var(--line); background: var(--bg); color: var(--text); font-family: var(--font-code); }
  .ace_editor.ace_editor .ace_gutter { background: var(--bg-2); color: var(--muted); }
  .ace_editor.ace_editor .ace_gutter-active-line { background: var(--hover); }
  .ace_editor.ace_editor .ace_marker-layer .ace_active-line { background: var(--hover); }
  .ace_editor.ace_editor .ace_marker-layer .ace_selection { background: var(--accent-tint); }
  .ace_editor.ace_editor .ace_marker-layer .ace_selected-word { border: 1px solid var(--line); }
  .ace_editor.ace_editor .ace_marker-layer .ace_bracket { border: 1px solid var(--muted); }
  .ace_editor.ace_editor .ace_indent-guide { background: none; border-right: 1px solid var(--line-soft); }
  .ace_editor.ace_editor .ace_cursor { color: var(--text); }
  .ace_editor.ace_editor .ace_keyword { color: var(--l3-ink); font-weight: 400; }
  .ace_editor.ace_editor .ace_keyword.ace_operator { color: var(--text); }
  .ace_editor.ace_editor .ace_string { color: var(--l9-ink); }
  .ace_editor.ace_editor .ace_constant { color: var(--accent-ink); }
  .ace_editor.ace_editor .ace_constant.ace_language { color: var(--l3-ink); font-weight: 400; }
  .ace_editor.ace_editor .ace_comment { color: var(--muted); font-style: italic; }
  .ace_editor.ace_editor .ace_function { color: var(--text); }
  .ace_editor.ace_editor .ace_variable { color: var(--text); }
  .ace_editor.ace_editor .ace_paren { font-weight: 400; }
  .ace_editor.ace_editor .ace_gutter-cell.ace_error { background: var(--bad-tint); color: var(--bad); }
  .ace_editor.ace_editor .ace_gutter-cell.ace_error::before {
    position: absolute; left: 5px; width: 14px; height: 19px; background: currentColor; content: "";
    mask: ${ERROR_SIGN} center / 14px no-repeat;
  }
  .ace_editor .al-bad-line { position: absolute; background: var(--bad-tint); border-bottom: 1px dashed var(--bad); }
  .ace_editor .al-problem { padding: 4px 12px 6px 10px; white-space: normal; }
  .ace_editor .al-problem p {
    margin: 0; padding: 6px 10px; border-left: 3px solid var(--bad); border-radius: var(--radius-s);
    background: var(--raised); box-shadow: var(--shadow); color: var(--text); font: 400 13px/1.45 var(--font);
    white-space: pre-wrap; user-select: text;
  }
  .ace_editor .al-problem button {
    float: right; margin: -2px 0 -2px 12px; padding: 1px 10px; border: 1px solid var(--line);
    border-radius: var(--radius-s); background: var(--bg); color: var(--text); font: inherit; cursor: pointer;
  }
  .ace_editor .al-problem button:hover { border-color: var(--accent); color: var(--accent-ink); }
  .ace_tooltip.ace_tooltip {
    border: 1px solid var(--line); border-radius: var(--radius-s); background: var(--raised); color: var(--text);
    box-shadow: var(--shadow); font: 400 13px/1.45 var(--font); white-space: pre-wrap;
  }
  .ace_editor.ace_autocomplete.ace_autocomplete {
    border: 1px solid var(--line); border-radius: var(--radius-s); background: var(--raised); color: var(--text);
    box-shadow: var(--shadow);
  }
  .ace_editor.ace_autocomplete .ace_marker-layer .ace_active-line { background: var(--accent-tint); }
  .ace_editor.ace_autocomplete .ace_completion-highlight { color: var(--accent-ink); }
  .ace_search.ace_search { border-color: var(--line); background: var(--raised); color: var(--text); }
  .ace_search.ace_search .ace_search_field { border-color: var(--line); background: var(--bg); color: var(--text); }
`;

// The page's own font faces, so that code looks the same inside and outside of the frame.
function fontFaces() {
  const faces = [];
  for (const sheet of document.styleSheets) {
    if (sheet.href && new URL(sheet.href).origin !== location.origin) continue; // not readable, not ours
    for (const rule of sheet.cssRules) {
      if (!(rule instanceof CSSFontFaceRule) || !/Source (Code|Sans)/.test(rule.cssText)) continue;
      const base = sheet.href ?? document.baseURI;
      faces.push(rule.cssText.replace(/url\(['"]?([^'")]+)['"]?\)/g, (_, path) => `url("${new URL(path, base)}")`));
    }
  }
  return faces.join('\n');
}

function sheetFor(host) {
  const style = getComputedStyle(host);
  const tokens = TOKENS.map((name) => `${name}: ${style.getPropertyValue(name)};`).join(' ');
  return `${fontFaces()}\n:root { color-scheme: ${style.colorScheme}; ${tokens} }\n${EDITOR_SHEET}`;
}

// Writes the page's look into the frame's document, again whenever the theme changes.
export function dressFrame(host, frame, ace) {
  const page = frame.contentDocument;
  let style = page.getElementById('al-look');
  if (!style) {
    style = page.createElement('style');
    style.id = 'al-look';
    page.head.append(style);
  }
  const sheet = sheetFor(host);
  if (style.textContent === sheet) return;
  style.textContent = sheet;
  page.fonts.ready.then(() => ace.renderer.updateFontSize()); // letters may have another width now
}
