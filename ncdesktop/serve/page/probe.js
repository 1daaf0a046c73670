// The probe: which cells change and why, where the dream expects change, the pointer's place, the last input.

const CELL = 16;
const FADE_TICKS = 10;
const LINES = 8;
const COLORS = {
  shift: [60, 200, 255],
  stack: [110, 230, 120],
  dictionary: [190, 140, 255],
  sprite: [255, 140, 220],
  generate: [255, 95, 85],
};
const CHANGED = [255, 220, 90];

export class Probe {
  constructor(canvas, legend) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.legend = legend;
    this.marks = [];
    this.input = [];
    this.seen = 0;
  }

  hear({ kinds, marks, change, input }) {
    this.seen++;
    this.kinds = kinds;
    this.map = change && Uint8Array.from(atob(change), (letter) => letter.charCodeAt(0));
    this.marks = [...this.marks, { at: this.seen, marks }].filter(({ at }) => this.seen - at < FADE_TICKS);
    this.input = [...input.map((words) => ({ words, at: this.seen })).reverse(), ...this.input].slice(0, LINES);
    this.counts = Object.fromEntries(kinds.map((kind) => [kind, 0]));
    for (const [, , kind] of marks) this.counts[kind]++;
  }

  clear() {
    this.context.clearRect(0, 0, this.canvas.width, this.canvas.height);
  }

  // size: of the guest; pointer: guest pixels
  draw([width, height], pointer) {
    const { context, canvas } = this, scale = canvas.width / width, columns = width / CELL;
    this.clear();
    if (this.map) {
      for (let place = 0; place < this.map.length; place++) {
        const chance = this.map[place] / 255;
        if (chance <= 0.02) continue;
        context.fillStyle = `rgb(255 170 40 / ${0.6 * Math.sqrt(chance)})`;
        const [column, row] = [place % columns, Math.floor(place / columns)];
        context.fillRect(column * CELL * scale, row * CELL * scale, CELL * scale, CELL * scale);
      }
    }
    for (const { at, marks } of this.marks) {
      const age = this.seen - at;
      context.lineWidth = age ? 1 : 2;
      for (const [row, column, kind] of marks) {
        context.strokeStyle = `rgb(${(COLORS[kind] ?? CHANGED).join(" ")} / ${1 - age / FADE_TICKS})`;
        context.strokeRect(column * CELL * scale + 1, row * CELL * scale + 1, CELL * scale - 2, CELL * scale - 2);
      }
    }
    const [x, y] = [(pointer.x + 0.5) * scale, (pointer.y + 0.5) * scale];
    context.strokeStyle = "rgb(94 200 255 / 0.45)";
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(0, y);
    context.lineTo(canvas.width, y);
    context.moveTo(x, 0);
    context.lineTo(x, canvas.height);
    context.stroke();
    this.tell(pointer);
  }

  tell(pointer) {
    const lines = [["pointer", `${pointer.x}, ${pointer.y}`, ""]];
    for (const [kind, count] of Object.entries(this.counts ?? {})) lines.push([kind, String(count), kind]);
    for (const { words, at } of this.input) lines.push([words, `-${this.seen - at}`, ""]);
    this.legend.replaceChildren(...lines.map(([words, value, kind]) => {
      const line = document.createElement("p"), right = document.createElement("b");
      line.textContent = words;
      right.textContent = value;
      if (kind) line.style.color = `rgb(${(COLORS[kind] ?? CHANGED).join(" ")})`;
      line.append(right);
      return line;
    }));
  }
}
