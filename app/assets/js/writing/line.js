// The line to the server: one exchange at a time, by POST, or by a socket once that is open. What was
// sent counts as stored only when it was answered; what was not answered is sent again.
import * as Y from "yjs";
import { decode, encode } from "./bytes.js";

const REMOTE = {}; // the origin of what came from the server
const WAIT = { socket: 30, post: 400 }; // ms in which keystrokes are gathered
const LOOK = { socket: 10_000, post: 2_000 }; // ms until we ask although nothing was written
const RETRY = [1_000, 2_000, 4_000, 8_000];
const NO_ANSWER = 10_000;

export class Line {
  constructor(doc, { address, token, kept, field }) {
    Object.assign(this, { doc, address, token, kept, field });
    this.page = Array.from(crypto.getRandomValues(new Uint8Array(10)), (byte) => (byte % 36).toString(36)).join("");
    this.after = -1;
    this.unsent = [];
    this.isBusy = this.isRefused = this.isSoon = false;
    this.failures = 0;
    this.waiters = [];
    doc.on("update", (update, origin) => {
      if (origin === REMOTE) return;
      this.unsent.push(update);
      this.keep();
      this.say("saving");
      this.soon();
    });
    addEventListener("online", () => this.exchange());
    document.addEventListener("visibilitychange", () => !document.hidden && this.exchange());
  }

  get isSaved() {
    return !this.unsent.length && !this.isBusy;
  }

  start() {
    this.left = this.kept.read();
    this.exchange();
  }

  // Whether all that was written is stored, after waiting for it.
  saved() {
    if (this.isSaved) return true;
    this.exchange();
    return new Promise((resolve) => this.waiters.push(resolve));
  }

  soon() {
    if (this.isRefused || this.isSoon) return; // the first letter sets the moment, not the last
    this.isSoon = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.exchange(), this.socket ? WAIT.socket : WAIT.post);
  }

  async exchange() {
    this.isSoon = false;
    if (this.isRefused) return;
    this.isWanted = this.isBusy; // then right after the one that is under way
    if (this.isBusy) return;
    clearTimeout(this.timer);
    this.isBusy = true;
    const count = this.unsent.length;
    const message = { page: this.page, field: this.field(), after: this.after, state: encode(Y.encodeStateVector(this.doc)) };
    if (count) message.update = encode(Y.mergeUpdates(this.unsent));
    let wait;
    try {
      const said = await (this.socket?.readyState === WebSocket.OPEN ? this.bySocket(message) : this.byPost(message));
      this.unsent.splice(0, count);
      this.failures = 0;
      this.isBusy = false;
      this.take(said);
      // What was wished for meanwhile is done now: its timer is cleared below.
      wait = this.unsent.length || this.isWanted || this.isSoon ? 0 : this.socket ? LOOK.socket : LOOK.post;
      if (!this.unsent.length) this.say("saved");
      this.open();
    } catch (error) {
      this.isBusy = false;
      if (error.refusal) return this.refuse(error.refusal);
      this.socket?.close();
      wait = RETRY[Math.min(this.failures++, RETRY.length - 1)];
      this.say(error.isOut ? "out" : "offline");
    }
    for (const resolve of this.unsent.length && this.failures < 2 ? [] : this.waiters.splice(0)) resolve(this.isSaved);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.exchange(), wait);
  }

  take(said) {
    const isFirst = this.after < 0;
    for (const update of said.updates) Y.applyUpdate(this.doc, decode(update), REMOTE);
    this.after = said.seq;
    if (isFirst) for (const update of this.left.splice(0)) Y.applyUpdate(this.doc, update);
    this.keep();
    if (said.people) this.onpeople(said.people);
    this.onanswer();
  }

  keep() {
    this.kept.write(this.unsent.length ? Y.mergeUpdates(this.unsent) : null);
  }

  async byPost(message) {
    const answer = await fetch(this.address, {
      method: "POST",
      headers: { Accept: "application/json", "Content-Type": "application/json", "X-CSRFToken": this.token },
      body: JSON.stringify(message),
      signal: AbortSignal.timeout(NO_ANSWER),
    });
    if (answer.redirected) throw { isOut: true };
    if (answer.status >= 500 || answer.status === 429) throw { isBusy: true };
    const said = await answer.json();
    if (!answer.ok) throw { refusal: said.error };
    return said;
  }

  bySocket(message) {
    return new Promise((resolve, reject) => {
      const patience = setTimeout(() => reject({}), NO_ANSWER);
      this.answered = (said) => {
        clearTimeout(patience);
        this.answered = null;
        if (said?.updates) resolve(said);
        else reject(said?.error ? { refusal: said.error } : {});
      };
      this.socket.send(JSON.stringify(message));
    });
  }

  open() {
    if (this.socket || this.opening || Date.now() < (this.openAgain ?? 0)) return;
    this.openAgain = Date.now() + 15_000;
    const address = new URL(`${this.address}/socket`, location.href);
    address.protocol = address.protocol.replace("http", "ws");
    const socket = (this.opening = new WebSocket(address));
    socket.onopen = () => {
      this.opening = null;
      this.socket = socket;
      this.exchange();
    };
    socket.onmessage = ({ data }) => {
      const said = JSON.parse(data);
      if (said.answers || said.error) this.answered?.(said);
      else this.take(said);
    };
    socket.onclose = () => {
      this.opening = null;
      if (this.socket !== socket) return;
      this.socket = null;
      if (this.answered) this.answered(null);
      else this.exchange();
    };
  }

  leave() {
    const body = new URLSearchParams({ page: this.page, csrf_token: this.token });
    navigator.sendBeacon(`${this.address}/leave`, body);
    this.isRefused = true; // nothing more is sent from a page that is gone
    this.socket?.close();
  }

  refuse(why) {
    this.isRefused = true;
    clearTimeout(this.timer);
    this.socket?.close();
    for (const resolve of this.waiters.splice(0)) resolve(false);
    this.state = "refused";
    this.onstate("refused", why);
  }

  say(state) {
    if (this.state === state || this.isRefused || (state === "saving" && this.failures)) return;
    this.state = state;
    this.onstate(state);
  }
}
