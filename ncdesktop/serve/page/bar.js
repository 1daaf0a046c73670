// The bar of commands: a button each, with its key, from the one table that the server sends.

const LOOKS = {
  pause: ["Pause", "M4 3h3v10H4zM9 3h3v10H9z"],
  back: ["Back", "M4 3h2v10H4zM13 3v10L6 8z"],
  step: ["Step", "M10 3h2v10h-2zM3 3v10l7-5z"],
  rewind: ["Rewind", "M8 3v10L2 8zM14 3v10L8 8z"],
  forward: ["Forward", "M2 3v10l6-5zM8 3v10l6-5z"],
  hurry: ["Fast", "M1 4v8l4-4zM5.500 4v8l4-4zM10 4v8l4-4z"],
  slower: ["Slower", "M3 7h10v2H3z"],
  faster: ["Faster", "M3 7h10v2H3zM7 3h2v10H7z"],
  undo: ["Undo", "M6 2v3h3a4.500 4.500 0 0 1 0 9H5v-2h4a2.500 2.500 0 0 0 0-5H6v3L1.500 6z"],
  reboot: ["Reboot", "M8 2a6 6 0 1 0 6 6h-2a4 4 0 1 1-4-4v2.500L12 3.200 8 0z"],
  slots: ["Slots", "M2 2h5v5H2zM9 2h5v5H9zM2 9h5v5H2zM9 9h5v5H9z"],
  tour: ["Tour", "M3 2l11 6-11 6z"],
  screenshot: ["Picture", "M5 3l1-1h4l1 1h3v10H2V3zM8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6z"],
  record: ["Record", "M8 3a5 5 0 1 0 0 10A5 5 0 0 0 8 3z"],
  hud: ["Figures", "M2 9h3v5H2zM6.500 5h3v9h-3zM11 2h3v12h-3z"],
  probe: ["Probe", "M7 1h2v3H7zM7 12h2v3H7zM1 7h3v2H1zM12 7h3v2h-3zM8 5.500a2.500 2.500 0 1 0 0 5 2.500 2.500 0 0 0 0-5z"],
  ctrl_alt_del: ["C-A-Del", "M5 3h9v10H5L1 8zM7 6l4 4M11 6l-4 4"],
  keyboard: ["Keys", "M1 4h14v8H1zM3 6v1.500h1.500V6zM6 6v1.500h1.500V6zM9 6v1.500h1.500V6zM12 6v1.500h1V6zM4 9v1.500h8V9z"],
  fullscreen: ["Full", "M2 2h5v2H4v3H2zM9 2h5v5h-2V4H9zM2 9h2v3h3v2H2zM12 9h2v5H9v-2h3z"],
  help: ["Help", "M5 6a3 3 0 1 1 4.500 2.600c-.4.3-.5.5-.5 1.400H7c0-1.800.5-2.400 1.400-3A1 1 0 1 0 7 6zM7 12h2v2H7z"],
};

function icon(path) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  const shape = document.createElementNS("http://www.w3.org/2000/svg", "path");
  shape.setAttribute("d", path);
  shape.setAttribute("fill-rule", "evenodd");
  svg.append(shape);
  return svg;
}

export class Bar {
  // press(command): a button, or the beginning and, with "end ", the end of one that is held
  constructor(nav, press) {
    this.nav = nav;
    this.press = press;
    this.buttons = {};
  }

  build(hotkeys, host) {
    this.nav.replaceChildren();
    const rows = new Map([["keyboard", { does: "keyboard on the glass", held: false, keys: "" }]]);
    for (const { does, held, commands } of hotkeys) {
      for (const [keys, command] of Object.entries(commands)) rows.set(command, { does, held, keys });
    }
    for (const command of Object.keys(LOOKS)) {
      if (rows.has(command)) this.nav.append(this.button(command, rows.get(command), host));
    }
  }

  button(command, { does, held, keys }, host) {
    const [words, path] = LOOKS[command];
    const button = document.createElement("button");
    const label = document.createElement("span");
    label.textContent = words;
    button.append(icon(path), label);
    if (keys) {
      const key = document.createElement("kbd");
      key.textContent = keys.replace("BackSpace", "⌫").replace("Delete", "Del").toUpperCase();
      button.append(key);
    }
    button.dataset.command = command;
    button.title = keys ? `${does} (${host} + ${keys})` : does;
    button.tabIndex = -1;  // keys belong to the dream
    button.addEventListener("mousedown", (event) => event.preventDefault());  // as does the focus
    if (held) {
      button.addEventListener("pointerdown", (event) => {
        button.setPointerCapture(event.pointerId);
        this.press(command);
      });
      button.addEventListener("contextmenu", (event) => event.preventDefault());
      for (const end of ["pointerup", "pointercancel"]) button.addEventListener(end, () => this.press(`end ${command}`));
    } else {
      button.addEventListener("click", () => this.press(command));
    }
    this.buttons[command] = button;
    return button;
  }

  // Light the buttons of what is on; dim those that need the wheel.
  show(on, drives) {
    for (const [command, button] of Object.entries(this.buttons)) {
      button.setAttribute("aria-pressed", String(Boolean(on[command])));
      button.classList.toggle("idle", !drives && !button.dataset.free);
    }
  }
}
