// The chart as a file: colours are written into a copy, since a file has neither style sheet nor theme.

const PAINTED = ['fill', 'stroke', 'stroke-width', 'stroke-dasharray', 'opacity', 'font-size', 'font-weight', 'text-anchor', 'visibility'];
const MARGIN = 16; // for text that reaches over the right edge on the page
const SCALE = 2; // pixels of the PNG for each of the screen's

// The page's colour, as the browser computed it: the dots of the rule are outlined in it.
const ground = (svg) => getComputedStyle(svg.querySelector('.rule circle')).stroke;

function painted(svg) {
  const copy = svg.cloneNode(true);
  const originals = [svg, ...svg.querySelectorAll('*')];
  const copies = [copy, ...copy.querySelectorAll('*')];
  originals.forEach((node, i) => {
    const style = getComputedStyle(node);
    for (const name of PAINTED) copies[i].style.setProperty(name, style.getPropertyValue(name));
  });
  const {width, height} = svg.viewBox.baseVal;
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  copy.setAttribute('width', width + MARGIN);
  copy.setAttribute('viewBox', `0 0 ${width + MARGIN} ${height}`);
  copy.style.fontFamily = `${getComputedStyle(svg).fontFamily}, sans-serif`;
  copy.style.background = ground(svg);
  return new XMLSerializer().serializeToString(copy);
}

function save(blob, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

async function asPng(svg, text) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = SCALE * (svg.clientWidth + MARGIN);
  canvas.height = SCALE * svg.clientHeight;
  const context = canvas.getContext('2d');
  context.fillStyle = ground(svg);
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
}

// `fileName()` gives the name without its ending.
export function wireDownloads({plot, svg, png}, fileName) {
  svg.addEventListener('click', () => {
    const text = painted(plot.querySelector('svg'));
    save(new Blob([text], {type: 'image/svg+xml'}), `${fileName()}.svg`);
  });
  png.addEventListener('click', async () => {
    const drawn = plot.querySelector('svg');
    save(await asPng(drawn, painted(drawn)), `${fileName()}.png`);
  });
}
