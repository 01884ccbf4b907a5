// What Python sent, as typed arrays; places are in 0 .. 1.

const AXIS_STEPS = 65535;
const NO_AMOUNT = 255;
const BINS = 12; // shades of an amount

export const CODES = {unknown: 0, nothing: 1, several: 2, conflict: 3, firstLabel: 4};

function bytes(packed) {
  const binary = atob(packed);
  const array = new Uint8Array(binary.length);
  for (let place = 0; place < binary.length; place += 1) array[place] = binary.charCodeAt(place);
  return array.buffer;
}

export function unpackPoints(mounted) {
  return {
    recordNos: new Int32Array(bytes(mounted.record_nos)),
    x: Float32Array.from(new Uint16Array(bytes(mounted.x)), (place) => place / AXIS_STEPS),
    y: Float32Array.from(new Uint16Array(bytes(mounted.y)), (place) => place / AXIS_STEPS),
    texts: mounted.texts,
  };
}

function labelGroups(labels) {
  const without = [
    {name: 'nobody has said', token: '--area-line', isQuiet: true},
    {name: 'found nothing', token: '--text'},
    {name: 'several labels', token: '--accent'},
    {name: 'in conflict', token: '--bad'},
  ];
  const named = labels.map((label) => ({name: label.name, token: `--l${((Math.max(1, label.colour) - 1) % 12) + 1}`}));
  return [...without, ...named];
}

function amountGroups() {
  const shades = Array.from({length: BINS}, (_, bin) => ({
    name: `${(bin / BINS).toFixed(2)} to ${((bin + 1) / BINS).toFixed(2)}`,
    token: '--accent',
    strength: (bin + 1) / BINS,
  }));
  return [{name: 'unknown', token: '--area-line', isQuiet: true}, ...shades];
}

// A colouring: which group each point belongs to, what the groups are called, and what a point says of itself.
export function unpackColouring(sent, labels) {
  if (sent.codes) {
    const group = new Uint16Array(bytes(sent.codes));
    const groups = labelGroups(labels);
    if (sent.name !== 'Truth') groups[CODES.unknown].name = 'abstained';
    return counted({name: sent.name, isAmount: false, group, groups, says: (place) => groups[group[place]].name});
  }
  const amounts = new Uint8Array(bytes(sent.amounts));
  const group = Uint16Array.from(amounts, (amount) =>
    amount === NO_AMOUNT ? 0 : 1 + Math.min(BINS - 1, Math.floor((amount / (NO_AMOUNT - 1)) * BINS)),
  );
  const says = (place) => (amounts[place] === NO_AMOUNT ? 'unknown' : (amounts[place] / (NO_AMOUNT - 1)).toFixed(2));
  return counted({name: sent.name, isAmount: true, group, groups: amountGroups(), says});
}

function counted(colouring) {
  const counts = new Uint32Array(colouring.groups.length);
  for (const group of colouring.group) counts[group] += 1;
  // the quiet ones first, so that the others lie on top
  const order = Uint32Array.from(colouring.group.keys()).sort((a, b) => colouring.group[a] - colouring.group[b]);
  return {...colouring, counts, order};
}
