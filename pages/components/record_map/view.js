// Which part of the map is on screen. Places of the map are in 0 .. 1, of the screen in pixels from the left top.

const MARGIN = 14;
const FARTHEST = 60;

export class MapView {
  constructor() {
    this.width = 1;
    this.height = 1;
    this.showAll();
  }

  showAll() {
    this.zoom = 1;
    this.middle = {x: 0.5, y: 0.5};
  }

  resize(width, height) {
    this.width = width;
    this.height = height;
  }

  // The map is stretched to the shape of the screen: only who is near whom means something.
  get scaleX() {
    return (this.width - 2 * MARGIN) * this.zoom;
  }

  get scaleY() {
    return (this.height - 2 * MARGIN) * this.zoom;
  }

  toScreenX(x) {
    return (x - this.middle.x) * this.scaleX + this.width / 2;
  }

  toScreenY(y) {
    return (y - this.middle.y) * this.scaleY + this.height / 2;
  }

  // screen = place * k + b, for loops over all points.
  get transform() {
    const {scaleX, scaleY} = this;
    return {kx: scaleX, bx: this.toScreenX(0), ky: scaleY, by: this.toScreenY(0)};
  }

  toMap(at) {
    return {
      x: (at.x - this.width / 2) / this.scaleX + this.middle.x,
      y: (at.y - this.height / 2) / this.scaleY + this.middle.y,
    };
  }

  zoomAt(at, factor) {
    const before = this.toMap(at);
    this.zoom = Math.min(FARTHEST, Math.max(1, this.zoom * factor));
    const after = this.toMap(at);
    this.moveMiddle(before.x - after.x, before.y - after.y);
  }

  pan(byX, byY) {
    this.moveMiddle(-byX / this.scaleX, -byY / this.scaleY);
  }

  moveMiddle(byX, byY) {
    const within = (place) => Math.min(1 - 0.5 / this.zoom, Math.max(0.5 / this.zoom, place));
    this.middle = {x: within(this.middle.x + byX), y: within(this.middle.y + byY)};
  }
}
