/** Without a frame or heartbeat for this long the stream counts as lost; the server sends one every 15 s. */
export const SILENCE_MS = 30_000;
/** How often the truth is asked for while there is no stream. */
export const POLL_MS = 3_000;
const REOPEN_MS = 3_000;
const REOPEN_CAP_MS = 30_000;

/** `live`: events arrive. `polling`: the stream is lost and the answers come from asking. */
export type Connection = "connecting" | "live" | "polling" | "closed";

/** What a stream's owner provides. */
export interface LiveStreamOwner {
  /** Asked before each new connection, so that it can carry the newest cursor. */
  url: () => string;
  /** A `status` or `reset` frame; `id` is the frame's id. */
  onFrame: (kind: "status" | "reset", data: unknown, id: string) => void;
  /** Asks the server for the truth; a rejection means "try again later". */
  poll: () => Promise<void>;
  /** True when nothing more can happen. */
  isFinal: () => boolean;
  onConnection: (connection: Connection) => void;
}

/**
 * The only EventSource of the application.
 *
 * The browser reconnects and resumes by Last-Event-ID on its own. What it cannot see is covered here: a connection that
 * is open but silent, and one refused with an error answer (after which EventSource gives up for good). In both cases
 * the owner polls until a new connection delivers something.
 */
export class LiveStream {
  readonly #owner: LiveStreamOwner;
  #source: EventSource | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;
  #pollTimer: ReturnType<typeof setTimeout> | undefined;
  #reopenTimer: ReturnType<typeof setTimeout> | undefined;
  #polling = false;
  #attempt = 0;
  #stopped = false;

  constructor(owner: LiveStreamOwner) {
    this.#owner = owner;
    owner.onConnection("connecting");
    this.#open();
  }

  /** Closes everything; the owner hears nothing afterwards. */
  stop(): void {
    this.#stopped = true;
    this.#closeSource();
    this.#stopPolling();
    clearTimeout(this.#reopenTimer);
  }

  #open(): void {
    this.#closeSource();
    const source = new EventSource(this.#owner.url());
    this.#source = source;
    this.#awaitSign();
    // An accepted connection is a sign of life, but only something delivered proves that nothing on the way buffers.
    source.addEventListener("open", () => this.#awaitSign());
    source.addEventListener("heartbeat", () => this.#alive());
    for (const kind of ["status", "reset"] as const) {
      source.addEventListener(kind, (event) => {
        this.#alive();
        this.#deliver(kind, event as MessageEvent<string>);
      });
    }
    source.addEventListener("error", () => {
      if (source.readyState === EventSource.CLOSED) this.#lost();
    });
  }

  #deliver(kind: "status" | "reset", event: MessageEvent<string>): void {
    let data: unknown;
    try {
      data = JSON.parse(event.data);
    } catch {
      // A frame cut short by a proxy: the truth is one question away.
      this.#lost();
      return;
    }
    this.#owner.onFrame(kind, data, event.lastEventId);
    this.#finishIfFinal();
  }

  #alive(): void {
    this.#attempt = 0;
    this.#stopPolling();
    this.#awaitSign();
    this.#owner.onConnection("live");
  }

  #awaitSign(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#lost(), SILENCE_MS);
  }

  #lost(): void {
    if (this.#stopped) return;
    this.#closeSource();
    if (!this.#polling) {
      this.#polling = true;
      this.#owner.onConnection("polling");
      void this.#poll();
    }
    const ceiling = Math.min(REOPEN_MS * 2 ** this.#attempt, REOPEN_CAP_MS);
    this.#attempt += 1;
    clearTimeout(this.#reopenTimer);
    this.#reopenTimer = setTimeout(() => this.#open(), ceiling / 2 + (Math.random() * ceiling) / 2);
  }

  async #poll(): Promise<void> {
    try {
      await this.#owner.poll();
    } catch {
      // The next question comes anyway.
    }
    if (this.#stopped || !this.#polling) return;
    if (this.#finishIfFinal()) return;
    this.#pollTimer = setTimeout(() => void this.#poll(), POLL_MS);
  }

  #finishIfFinal(): boolean {
    if (!this.#owner.isFinal()) return false;
    this.stop();
    this.#owner.onConnection("closed");
    return true;
  }

  #stopPolling(): void {
    this.#polling = false;
    clearTimeout(this.#pollTimer);
  }

  #closeSource(): void {
    clearTimeout(this.#silence);
    this.#source?.close();
    this.#source = undefined;
  }
}
