// The page: joins connection, screen, hands and panels.

import { Bar } from "./bar.js";
import { Hands } from "./hands.js";
import { Link } from "./link.js";
import { Probe } from "./probe.js";
import { Screen } from "./screen.js";
import { Slots } from "./slots.js";

const TOAST_MS = 4000;
const MOST_TOASTS = 4;
const CRISP_SHARE = 0.85;
const $ = (id) => document.getElementById(id);

let hello = { you: null, view_only: false };
let status = {};
let probing = false;
let figuring = false;
let heard = { bytes: 0, at: performance.now(), rate: 0 };

const screen = new Screen($("screen"));
const probe = new Probe($("overlay"), $("legend"));
const link = new Link({
  changed(words, up) {
    document.body.classList.toggle("up", up);
    $("connection").textContent = up ? "connected" : "reconnecting";
    $("veil").textContent = up ? "loading" : words;
    $("veil").hidden = false;
    hands.forget();
    screen.begin();
    if (up && probing) link.say("probe", 1);
  },
  heard(line) {
    heard.bytes += JSON.stringify(line).length;
    for (const [kind, value] of Object.entries(line)) HEARD[kind]?.(value);
  },
  async drawn(view) {
    heard.bytes += view.byteLength;
    const number = await screen.take(view);
    if (number !== null) $("veil").hidden = true;
    if (probing) drawProbe();
    return number;
  },
});
const say = (...words) => link.say(...words);
const hands = new Hands($("screen"), $("typing"), {
  say,
  drives,
  moved(place) {
    if (!status.led) screen.move(place);
    if (probing) drawProbe();
  },
});
const slots = new Slots($("slots"), say);
const bar = new Bar($("bar"), (command) => (PAGE[command] ?? (() => say("command", command)))());

const PAGE = {
  fullscreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else document.documentElement.requestFullscreen?.().then(() => navigator.keyboard?.lock?.(), () => {});
  },
  screenshot() {
    const link = document.createElement("a");
    link.download = `ncdesktop-${screen.tick}.png`;
    link.href = $("screen").toDataURL("image/png");
    link.click();
  },
  probe() {
    probing = !probing;
    say("probe", probing ? 1 : 0);
    $("legend").hidden = !probing;
    if (!probing) probe.clear();
    show();
  },
  hud() {
    figuring = !figuring;
    $("hud").hidden = !figuring;
    show();
  },
  slots: () => slots.toggle(),
  help() {
    if ($("help").open) $("help").close();
    else $("help").showModal();
  },
  keyboard() {
    if (document.activeElement === $("typing")) $("screen").focus();
    else $("typing").focus();
  },
};

const HEARD = {
  hello(value) {
    hello = value;
    bar.build(hello.hotkeys, hello.host);
    for (const command of Object.keys(PAGE)) if (bar.buttons[command]) bar.buttons[command].dataset.free = "1";
    $("help").querySelector("h2").textContent = `${hello.host} +`;
    $("help").querySelector("table").replaceChildren(...hello.hotkeys.map(({ label, does }) => {
      const row = document.createElement("tr");
      for (const words of [label, does]) row.insertCell().textContent = words;
      return row;
    }));
    show();
  },
  status(value) {
    status = value;
    if (status.size) {
      screen.resize(...status.size);
      fit();
    }
    if (status.led || !drives()) screen.mine = null;
    else if (!screen.mine) screen.mine = hands.at;
    slots.mark(status.slot ?? null);
    show();
  },
  say(words) {
    toast(words);
    slots.refresh();
  },
  refused: (reason) => toast(reason, "refused"),
  do: (command) => PAGE[command]?.(),
  probe: (value) => probe.hear(value),
  slots: (value) => slots.hear(value),
};

function drives() {
  return status.driver !== undefined && status.driver === hello.you;
}

function drawProbe() {
  if (status.size) probe.draw(status.size, screen.pointer);
}

function toast(words, kind = "") {
  const list = $("toasts");
  for (const old of [...list.children]) if (old.textContent === words) old.remove();
  const item = document.createElement("li");
  item.textContent = words;
  item.className = kind;
  list.append(item);
  while (list.children.length > MOST_TOASTS) list.firstChild.remove();
  setTimeout(() => item.remove(), TOAST_MS);
}

function show() {
  document.body.classList.toggle("drives", drives());
  const nobody = status.driver === null;
  $("wheel-words").textContent = hello.view_only ? "view only" : drives() ? "you drive" : nobody ? "nobody drives" : `viewer ${status.driver} drives`;
  $("wheel").hidden = hello.view_only || hello.you === null;
  $("wheel").textContent = drives() ? "Give the wheel" : "Take the wheel";
  $("viewers").textContent = status.viewers ?? "–";
  $("caption").hidden = !status.caption;
  $("caption").textContent = status.caption ?? "";
  const signs = [
    status.recording && "● recording", status.travel < 0 && "◀◀ rewind", status.travel > 0 && "▶▶ forward",
    status.paused && !status.travel && "❚❚ paused", status.hurried && "fast", status.speed && status.speed !== 1 && `${status.speed}×`,
    status.replayed && `replay ${status.replayed[0]} / ${status.replayed[1]}`,
  ].filter(Boolean);
  $("signs").hidden = !signs.length;
  $("signs").textContent = signs.join("   ");
  bar.show({ pause: status.paused, record: status.recording, hurry: status.hurried, probe: probing, hud: figuring }, drives());
}

function figures() {
  const now = performance.now();
  heard = { bytes: 0, at: now, rate: heard.bytes / (now - heard.at) };
  $("latency").textContent = link.latency === null ? "–" : `${link.latency.toFixed(0)} ms`;
  $("ticks").textContent = link.latency === null ? "–" : screen.rate().toFixed(1);
  if (!figuring || !status.figures) return;
  const { fps, p50_ms, p99_ms, stage_ms, rewind_s, rewind_mb, refused } = status.figures;
  const lines = [
    ["seen here", `${screen.rate().toFixed(1)} ticks/s`], ["received", `${heard.rate.toFixed(1)} kB/s`],
    ["the world", `${fps} ticks/s`], ["tick", `${p50_ms} ms, p99 ${p99_ms}`],
    ...Object.entries(stage_ms).map(([name, spent]) => [name, `${spent} ms`]),
    ["rewind", `${rewind_s} s, ${rewind_mb} MB`], ["refused", refused], ["tick number", screen.tick], ["seed", status.seed],
  ];
  $("hud").replaceChildren(...lines.map(([words, value]) => {
    const line = document.createElement("p"), right = document.createElement("b");
    line.textContent = words;
    right.textContent = value;
    line.append(right);
    return line;
  }));
}

// Make the stage as large as fits; whole device pixels a guest pixel where that loses little.
function fit() {
  const [width, height] = status.size ?? [512, 384];
  const main = document.querySelector("main");
  const most = Math.min(main.clientWidth / width, main.clientHeight / height) * devicePixelRatio;
  const whole = Math.floor(most);
  const crisp = whole >= CRISP_SHARE * most;
  const scale = (crisp ? whole : most) / devicePixelRatio;
  Object.assign($("stage").style, { width: `${width * scale}px`, height: `${height * scale}px` });
  $("screen").style.imageRendering = crisp ? "pixelated" : "auto";
  const [across, down] = [Math.round(width * scale * devicePixelRatio), Math.round(height * scale * devicePixelRatio)];
  if ($("overlay").width !== across || $("overlay").height !== down) {
    Object.assign($("overlay"), { width: across, height: down });
  }
}

$("wheel").addEventListener("click", () => {
  say("drive", drives() ? 0 : 1);
  $("screen").focus();
});
for (const dialog of document.querySelectorAll("dialog")) {
  dialog.querySelector(".close").addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
}
new ResizeObserver(fit).observe(document.querySelector("main"));
setInterval(figures, 500);
fit();
$("screen").focus();
