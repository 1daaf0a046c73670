// The connection: says what it can, hears what comes, in order, and comes back by itself.

const PING_MS = 1000;
const WAITS_MS = [250, 500, 1000, 2000, 4000];

export class Link {
  // heard(object): a line of JSON; drawn(view): bytes, returns the screen's number or null; changed(words, up)
  constructor({ heard, drawn, changed }) {
    Object.assign(this, { heard, drawn, changed });
    this.latency = null;
    this.tries = 0;
    this.pings = new Map();
    this.connect();
    setInterval(() => this.ping(), PING_MS);
  }

  connect() {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const token = new URLSearchParams(location.search).get("token") ?? "";
    this.socket = new WebSocket(`${scheme}//${location.host}/socket?token=${encodeURIComponent(token)}`);
    this.socket.binaryType = "arraybuffer";
    let before = Promise.resolve();
    const socket = this.socket;
    socket.onopen = () => {
      this.tries = 0;
      this.pings.clear();
      this.changed("connected", true);
    };
    socket.onmessage = (event) => {
      before = before.then(() => this.take(socket, event.data));  // unpacking takes its time: keep the order
    };
    socket.onclose = (event) => {
      this.latency = null;
      const wait = WAITS_MS[Math.min(this.tries++, WAITS_MS.length - 1)];
      const words = event.reason || (this.tries > 3 ? "no answer; a server started anew has a new link" : "connection lost");
      this.changed(words, false);
      setTimeout(() => this.connect(), wait);
    };
  }

  async take(socket, data) {
    if (socket !== this.socket) return;
    if (typeof data === "string") {
      const line = JSON.parse(data);
      if ("pong" in line) this.pong(line.pong);
      else this.heard(line);
      return;
    }
    const number = await this.drawn(new DataView(data));
    if (number !== null && socket === this.socket) this.say("shown", number);
  }

  say(...words) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(words));
  }

  ping() {
    const number = Math.round(performance.now());
    this.pings.set(number, performance.now());
    this.say("ping", number);
  }

  pong(number) {
    this.latency = performance.now() - this.pings.get(number);
    this.pings.clear();
  }
}
