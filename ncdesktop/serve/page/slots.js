// The board of slots: what each of the nine holds, with its picture or why it cannot be loaded; a tap loads, its button saves.

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
    this.say = say;
    this.last = null;
    this.held = [];
    this.cards = SLOTS.map((slot) => this.card(slot));
    dialog.querySelector("#board").append(...this.cards.map(({ card }) => card));
    this.draw();
  }

  toggle() {
    if (this.dialog.open) return this.dialog.close();
    this.say("slots");
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

  // A card stays the same element, so that nobody's finger finds it gone.
  card(slot) {
    const card = document.createElement("div"), load = document.createElement("button");
    const image = new Image(), words = document.createElement("p"), save = document.createElement("button");
    load.className = "load";
    load.append(image);
    load.addEventListener("click", () => {
      this.say("command", `load ${slot}`);
      this.dialog.close();
    });
    image.alt = "";
    save.className = "save";
    save.textContent = "Save";
    save.addEventListener("click", () => this.say("command", `save ${slot}`));
    card.append(load, words, save);
    return { slot, card, load, image, words };
  }

  draw() {
    for (const { slot, card, load, image, words } of this.cards) {
      const held = this.held.find((one) => one.slot === slot);
      card.classList.toggle("last", slot === this.last);
      load.disabled = !held || Boolean(held.fault);
      load.title = held ? held.fault || `load slot ${slot}` : "empty";
      image.hidden = !held?.picture;
      if (held?.picture) image.src = `data:image/png;base64,${held.picture}`;
      const told = held && (held.fault || `tick ${held.tick}, ${when(held.time)}`);
      words.textContent = `${slot} · ${told || "empty"}`;
    }
  }
}
