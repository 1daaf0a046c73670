// The screen: cells and pointer shapes come in, the canvas shows what the world shows, bit for bit.

const CELL = 16;
const SCREEN_HEAD = 18;
const CURSOR_HEAD = 12;
const HIDDEN = 0xffff;

async function unpacked(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

export class Screen {
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d", { alpha: false });
    this.begin();
  }

  // A new connection tells everything anew.
  begin() {
    this.cursors = new Map();
    this.pixels = null;
    this.number = this.tick = null;
    this.theirs = { x: 0, y: 0 };  // the pointer as the world has it
    this.mine = null;  // the driver's own, which needs no way there and back
    this.cursor = null;
    this.under = null;  // the part of the canvas that the pointer covers
    this.arrivals = [];
  }

  resize(width, height) {
    if (this.pixels && this.canvas.width === width && this.canvas.height === height) return;
    this.canvas.width = width;
    this.canvas.height = height;
    this.pixels = new ImageData(width, height);
    this.pixels.data.fill(255);
    this.under = null;
  }

  get pointer() {
    return this.mine ?? this.theirs;
  }

  // Take a message of bytes; return the number of the screen that it brought, null if it was a shape.
  async take(view) {
    if (view.getUint8(0) === 2) {
      this.learn(view);
      return null;
    }
    const count = view.getUint16(2, true);
    const body = count ? await unpacked(new Uint8Array(view.buffer, SCREEN_HEAD)) : null;
    this.number = view.getUint32(4, true);
    const tick = view.getUint32(8, true);
    if (tick !== this.tick) this.arrivals.push(performance.now());
    this.tick = tick;
    this.theirs = { x: view.getInt16(12, true), y: view.getInt16(14, true) };
    const index = view.getUint16(16, true);
    this.cursor = index === HIDDEN ? null : this.cursors.get(index);
    this.lift();
    if (count) this.change(body, count);
    this.lay();
    return this.number;
  }

  // Ticks a second over the last two seconds.
  rate() {
    const now = performance.now();
    this.arrivals = this.arrivals.filter((at) => now - at < 2000);
    return this.arrivals.length / 2;
  }

  move(pointer) {
    this.mine = pointer;
    if (!this.pixels) return;
    this.lift();
    this.lay();
  }

  learn(view) {
    const [width, height] = [view.getUint16(4, true), view.getUint16(6, true)];
    this.cursors.set(view.getUint16(2, true), {
      width, height,
      x: view.getInt16(8, true), y: view.getInt16(10, true),
      rgba: new Uint8Array(view.buffer, CURSOR_HEAD),
    });
  }

  change(body, count) {
    const columns = this.canvas.width / CELL;
    const places = new DataView(body.buffer);
    const all = count * CELL * CELL * 4 >= this.pixels.data.length;
    let from = count * 2;
    for (let cell = 0; cell < count; cell++) {
      const place = places.getUint16(cell * 2, true);
      const left = (place % columns) * CELL, top = Math.floor(place / columns) * CELL;
      for (let row = 0; row < CELL; row++) {
        let to = ((top + row) * this.canvas.width + left) * 4;
        for (let column = 0; column < CELL; column++, to += 4, from += 3) {
          this.pixels.data[to] = body[from];
          this.pixels.data[to + 1] = body[from + 1];
          this.pixels.data[to + 2] = body[from + 2];
        }
      }
      if (!all) this.context.putImageData(this.pixels, 0, 0, left, top, CELL, CELL);
    }
    if (all) this.context.putImageData(this.pixels, 0, 0);
  }

  // Uncover what the pointer lies on.
  lift() {
    if (this.under) this.context.putImageData(this.pixels, 0, 0, ...this.under);
    this.under = null;
  }

  // Blend the pointer in, rounding as the world does.
  lay() {
    const cursor = this.cursor;
    if (!cursor) return;
    const { x, y } = this.pointer;
    const left = x - cursor.x, top = y - cursor.y, { width, height } = this.canvas;
    const x0 = Math.max(left, 0), y0 = Math.max(top, 0);
    const x1 = Math.min(left + cursor.width, width), y1 = Math.min(top + cursor.height, height);
    if (x0 >= x1 || y0 >= y1) return;
    const image = new ImageData(x1 - x0, y1 - y0);
    for (let row = y0; row < y1; row++) {
      for (let column = x0; column < x1; column++) {
        const from = ((row - top) * cursor.width + column - left) * 4;
        const below = (row * width + column) * 4;
        const to = ((row - y0) * (x1 - x0) + column - x0) * 4;
        const alpha = cursor.rgba[from + 3];
        for (let channel = 0; channel < 3; channel++) {
          const mixed = cursor.rgba[from + channel] * alpha + this.pixels.data[below + channel] * (255 - alpha);
          image.data[to + channel] = Math.floor((mixed + 127) / 255);
        }
        image.data[to + 3] = 255;
      }
    }
    this.context.putImageData(image, x0, y0);
    this.under = [x0, y0, x1 - x0, y1 - y0];
  }
}
