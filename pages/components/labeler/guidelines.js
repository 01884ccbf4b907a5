// Guidelines in Markdown, drawn as elements: headings, lists, paragraphs, **bold**, *italic*, `code`, links.
// Everything else stays text: guidelines come from people, and never become markup by themselves.

import {build} from '../tokens/build.js';

const INLINE = /\*\*(?<bold>[^*]+)\*\*|\*(?<italic>[^*]+)\*|`(?<code>[^`]+)`|\[(?<words>[^\]]+)\]\((?<address>https?:\/\/[^\s)]+)\)/g;

function inline(text) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(INLINE)) {
    const {bold, italic, code, words, address} = match.groups;
    nodes.push(text.slice(end, match.index));
    if (bold) nodes.push(build('b', {}, bold));
    else if (italic) nodes.push(build('i', {class: 'emphasis'}, italic));
    else if (code) nodes.push(build('code', {}, code));
    else nodes.push(build('a', {href: address, target: '_blank', rel: 'noreferrer'}, words));
    end = match.index + match[0].length;
  }
  return [...nodes, text.slice(end)];
}

function block(lines) {
  const heading = /^#{1,6}\s+(.*)$/.exec(lines[0]);
  if (heading) return [build('h4', {}, ...inline(heading[1])), ...(lines.length > 1 ? block(lines.slice(1)) : [])];
  const points = lines.map((line) => /^\s*(?:[-*]|\d+[.)])\s+(.*)$/.exec(line)?.[1]);
  if (points.every((point) => point !== undefined)) {
    const tag = /^\s*\d/.test(lines[0]) ? 'ol' : 'ul';
    return [build(tag, {}, ...points.map((point) => build('li', {}, ...inline(point))))];
  }
  const first = points.findIndex((point) => point !== undefined);
  if (first > 0) return [...block(lines.slice(0, first)), ...block(lines.slice(first))];
  return [build('p', {}, ...inline(lines.join(' ')))];
}

export function markdownNodes(text) {
  const blocks = text.replaceAll('\r\n', '\n').split(/\n\s*\n/).map((part) => part.split('\n').filter((line) => line.trim()));
  return blocks.filter((lines) => lines.length).flatMap(block);
}
