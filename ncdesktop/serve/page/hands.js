// The user's hands: mouse, wheel, keys and touch over the canvas become what the server understands.

const BUTTONS = [1, 2, 3];
const LONG_PRESS_MS = 500;
const TREMBLE_PX = 8;
const NOTCH = { 0: 100, 1: 3, 2: 1 };  // of deltaMode: pixels, lines, pages
const BLANK = " ";  // some keyboards on glass tell no Backspace where there is nothing to take away

export class Hands {
  // say(...words): to the server; moved({x, y}): the pointer, at once; drives(): whether our input counts
  constructor(canvas, typing, { say, moved, drives }) {
    Object.assign(this, { canvas, say, moved, drives });
    this.at = null;
    this.turned = { x: 0, y: 0 };
    this.touch = null;
    canvas.addEventListener("pointermove", (event) => this.pointerMove(event));
    canvas.addEventListener("pointerdown", (event) => this.pointerDown(event));
    canvas.addEventListener("pointerup", (event) => this.pointerUp(event));
    canvas.addEventListener("pointercancel", () => this.cancel());
    canvas.addEventListener("contextmenu", (event) => event.preventDefault());
    canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    addEventListener("keydown", (event) => this.key(event, 1));
    addEventListener("keyup", (event) => this.key(event, 0));
    addEventListener("blur", () => this.say("release"));
    typing.addEventListener("beforeinput", (event) => this.typed(event));
    typing.addEventListener("compositionend", (event) => this.composed(event));
    typing.value = BLANK;
    this.typing = typing;
  }

  // Guest pixels of a place on the page.
  place(event) {
    const area = this.canvas.getBoundingClientRect();
    const within = (share, size) => Math.min(Math.max(Math.floor(share * size), 0), size - 1);
    return {
      x: within((event.clientX - area.left) / area.width, this.canvas.width),
      y: within((event.clientY - area.top) / area.height, this.canvas.height),
    };
  }

  goTo(place) {
    if (!this.drives() || (this.at && this.at.x === place.x && this.at.y === place.y)) return;
    this.at = place;
    this.moved(place);
    this.say("move", place.x, place.y);
  }

  button(number, down) {
    this.say("button", number, down);
  }

  click(number) {
    this.button(number, 1);
    this.button(number, 0);
  }

  pointerMove(event) {
    if (event.pointerType === "touch") this.touchMove(event);
    else for (const part of event.getCoalescedEvents?.() ?? [event]) this.goTo(this.place(part));
  }

  pointerDown(event) {
    event.preventDefault();
    if (document.activeElement !== this.typing) this.canvas.focus({ preventScroll: true });
    this.canvas.setPointerCapture(event.pointerId);
    if (event.pointerType === "touch") this.touchDown(event);
    else if (event.button < BUTTONS.length) {
      this.goTo(this.place(event));
      this.button(BUTTONS[event.button], 1);
    }
  }

  pointerUp(event) {
    if (event.pointerType === "touch") this.touchUp(event);
    else if (event.button < BUTTONS.length) {
      this.goTo(this.place(event));
      this.button(BUTTONS[event.button], 0);
    }
  }

  cancel() {
    clearTimeout(this.touch?.timer);
    this.touch = null;
    this.say("release");
  }

  // A tap is a click, a long press a right click, a finger that wanders drags.
  touchDown(event) {
    if (this.touch) return;  // the first finger leads
    this.goTo(this.place(event));
    const timer = setTimeout(() => {
      this.touch.phase = "pressed";
      this.click(3);
      navigator.vibrate?.(15);
    }, LONG_PRESS_MS);
    this.touch = { id: event.pointerId, x: event.clientX, y: event.clientY, phase: "resting", timer };
  }

  touchMove(event) {
    if (this.touch?.id !== event.pointerId) return;
    const { x, y, phase, timer } = this.touch;
    if (phase === "resting" && Math.hypot(event.clientX - x, event.clientY - y) > TREMBLE_PX) {
      clearTimeout(timer);
      this.touch.phase = "dragging";
      this.button(1, 1);
    }
    if (this.touch.phase === "dragging") this.goTo(this.place(event));
  }

  touchUp(event) {
    if (this.touch?.id !== event.pointerId) return;
    clearTimeout(this.touch.timer);
    if (this.touch.phase === "resting") this.click(1);
    if (this.touch.phase === "dragging") this.button(1, 0);
    this.touch = null;
  }

  wheel(event) {
    event.preventDefault();
    this.turned.x += event.deltaX / NOTCH[event.deltaMode];
    this.turned.y -= event.deltaY / NOTCH[event.deltaMode];
    const clamp = (value) => Math.min(Math.max(Math.trunc(value), -20), 20);
    const [dx, dy] = [clamp(this.turned.x), clamp(this.turned.y)];
    if (!dx && !dy) return;
    this.turned.x -= dx;
    this.turned.y -= dy;
    this.say("wheel", dx, dy);
  }

  key(event, down) {
    if (document.querySelector("dialog[open]")) return;
    const onGlass = event.target === this.typing;
    if (onGlass && (event.isComposing || !event.code || event.key === "Unidentified")) return;  // `typed` gets it
    event.preventDefault();
    if (event.repeat) return;
    this.say("key", event.code.slice(0, 32), event.key.slice(0, 32), down, event.shiftKey ? 1 : 0);
    if (!down && event.key === "Meta") this.say("release");  // macOS tells no ups while Command is held
  }

  typed(event) {
    if (event.isComposing) return;  // `composed` gets the whole word
    event.preventDefault();
    const special = { deleteContentBackward: "\b", insertLineBreak: "\n", insertParagraph: "\n" };
    const text = special[event.inputType] ?? event.data;
    if (text) this.say("text", text.slice(0, 200));
  }

  composed(event) {
    if (event.data) this.say("text", event.data.slice(0, 200));
    this.typing.value = BLANK;
  }

  // Another connection, another driver: where the pointer was told to be counts no more.
  forget() {
    this.at = null;
  }
}
