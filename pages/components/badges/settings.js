// Where a name goes in the code: an edit {start, end, text, outcome} of the source, or null.

import {decoratorsCalled, elementsOf, functionsCalled, tokensOf} from './python_source.js';

// `position` is the setting's place among the decorator's parameters; `isList` when it takes a list only.
export const SETTINGS = {
  embedding_name: {decorator: 'params_fit', method: 'fit', position: 0, isList: false},
  label_names: {decorator: 'params_inference', method: 'predict_proba', position: 1, isList: true},
};

const quoted = (name) => JSON.stringify(name);

function nearest(places, cursor) {
  const distance = ({start}) => Math.abs(start - cursor);
  return places.reduce((best, place) => (distance(place) < distance(best) ? place : best));
}

function editOfList(elements, value, name) {
  const isThere = elements.some(([first]) => first.kind === 'string' && first.content === name);
  if (isThere) return {outcome: 'already'};
  const last = elements.at(-1)?.at(-1);
  const at = last ? last.end : value[0].end;
  return {start: at, end: at, text: last ? `, ${quoted(name)}` : quoted(name), outcome: 'added'};
}

function editOfValue(value, name, {isList, add}) {
  const elements = elementsOf(value);
  if (elements) return editOfList(elements, value, name);
  const start = value[0].start;
  const end = value.at(-1).end;
  const isString = value.length === 1 && value[0].kind === 'string';
  if (isString && value[0].content === name) return {outcome: 'already'};
  const isUnset = value.length === 1 && value[0].text === 'None';
  if ((add || isList) && isString) return {start, end, text: `[${value[0].text}, ${quoted(name)}]`, outcome: 'added'};
  if (add && !isUnset) return {start, end, text: `[${value.map(({text}) => text).join('')}, ${quoted(name)}]`, outcome: 'added'};
  return {start, end, text: isList ? `[${quoted(name)}]` : quoted(name), outcome: 'replaced'};
}

function editOfDecorator(place, setting, name, options) {
  const {position, isList} = SETTINGS[setting];
  const written = `${setting}=${isList ? `[${quoted(name)}]` : quoted(name)}`;
  if (!place.open) return {start: place.nameEnd, end: place.nameEnd, text: `(${written})`, outcome: 'replaced'};
  const byName = place.args.find((argument) => argument.name === setting);
  const byPosition = place.args[position]?.name === null ? place.args[position] : undefined;
  const argument = byName ?? byPosition;
  if (argument) return editOfValue(argument.value, name, {isList, ...options});
  const at = place.open.end;
  const text = place.args.length ? `${written}, ` : written;
  const afterFirst = place.args[0]?.name === null; // a keyword may not stand before a positional argument
  if (!afterFirst) return {start: at, end: at, text, outcome: 'replaced'};
  const last = place.args.at(-1).value.at(-1).end;
  return {start: last, end: last, text: `, ${written}`, outcome: 'replaced'};
}

// The edit that puts `name` at `setting`; null where the code has neither the decorator nor its method.
export function settingEdit(source, cursor, setting, name, options) {
  const {decorator, method, isList} = SETTINGS[setting];
  const tokens = tokensOf(source);
  const places = decoratorsCalled(tokens, decorator);
  if (places.length) return editOfDecorator(nearest(places, cursor), setting, name, options);
  const methods = functionsCalled(tokens, method);
  if (!methods.length) return null;
  const {start} = nearest(methods, cursor);
  const indent = source.slice(source.lastIndexOf('\n', start - 1) + 1, start);
  if (indent.trim() !== '') return null;
  const value = isList ? `[${quoted(name)}]` : quoted(name);
  return {start, end: start, text: `@${decorator}(${setting}=${value})\n${indent}`, outcome: 'decorated'};
}
