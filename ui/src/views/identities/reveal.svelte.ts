/** How long protected texts are shown, in seconds. */
export const SHOWN_S = 30;
const TICK_MS = 250;

/** Texts of protected fields that are shown for a while. They are nowhere else in the page. */
export class Reveal {
  /** The identity they belong to, as it was when they were read. */
  id: string | null = $state(null);
  #version = 0;
  texts: Readonly<Record<string, string>> = $state.raw({});
  /** Seconds until they are masked again. */
  left = $state(0);
  #until = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  show(id: string, version: number, texts: Record<string, string>): void {
    clearInterval(this.#timer);
    this.id = id;
    this.#version = version;
    this.texts = texts;
    this.#until = Date.now() + SHOWN_S * 1000;
    this.#count();
    this.#timer = setInterval(() => this.#count(), TICK_MS);
  }

  /** By the clock, not by ticks: a computer that slept does not show them longer. */
  #count(): void {
    this.left = Math.max(0, Math.ceil((this.#until - Date.now()) / 1000));
    if (this.left === 0) this.end();
  }

  /** The texts of an identity while they are shown; nothing of any other. */
  of(id: string): Readonly<Record<string, string>> {
    return this.id === id ? this.texts : {};
  }

  /** Somebody else is looked at, or what was read is not what stands there any more. */
  follow(id: string | null, version: number | null): void {
    if (this.id !== null && (id !== this.id || (version !== null && version !== this.#version))) this.end();
  }

  end = (): void => {
    clearInterval(this.#timer);
    this.id = null;
    this.texts = {};
    this.left = 0;
  };
}
