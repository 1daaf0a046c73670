// The board of slots: what each of the nine holds, with its picture; a tap loads, its button saves.

const SLOTS = [1, 2, 3, 4, 5, 6, 7, 8, 9];

function when(time) {
  const moment = new Date(time);
  if (Number.isNaN(moment.getTime())) return "some time";
  const today = moment.toDateString() === new Date().toDateString();
  return today ? moment.toTimeString().slice(0, 5) : moment.toLocaleDateString();
}

export class Slots {
  // say(...words): to the server
  constructor(dialog, say) {
    this.dialog = dialog;
    this.board = dialog.querySelector("#board");
    this.say = say;
    this.last = null;
    this.held = [];
  }

  toggle() {
    if (this.dialog.open) return this.dialog.close();
    this.say("slots");
    this.draw();
    this.dialog.showModal();
  }

  // Something was said: perhaps that a slot was saved.
  refresh() {
    if (this.dialog.open) this.say("slots");
  }

  hear(held) {
    this.held = held;
    this.draw();
  }

  mark(slot) {
    if (slot === this.last) return;
    this.last = slot;
    this.draw();
  }

  draw() {
    this.board.replaceChildren(...SLOTS.map((slot) => this.card(slot, this.held.find((one) => one.slot === slot))));
  }

  card(slot, held) {
    const card = document.createElement("div");
    card.classList.toggle("last", slot === this.last);
    const load = document.createElement("button");
    load.className = "load";
    load.disabled = !held;
    load.title = held ? `load slot ${slot}` : "empty";
    if (held?.picture) {
      const image = new Image();
      image.src = `data:image/png;base64,${held.picture}`;
      image.alt = "";
      load.append(image);
    }
    load.addEventListener("click", () => {
      this.say("command", `load ${slot}`);
      this.dialog.close();
    });
    const words = document.createElement("p");
    words.textContent = held ? `${slot} · tick ${held.tick}, ${when(held.time)}` : `${slot} · empty`;
    const save = document.createElement("button");
    save.textContent = "Save";
    save.addEventListener("click", () => this.say("command", `save ${slot}`));
    card.append(load, words, save);
    return card;
  }
}
