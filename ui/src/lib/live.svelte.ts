/**
 * What assistive technology hears. One polite region with at most one message a second, one assertive region for
 * failures and lost connection only.
 */
class Live {
  polite = $state('');
  assertive = $state('');
  #queue: string[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  say(text: string): void {
    this.#queue.push(text);
    if (!this.#timer) this.#next();
  }

  alarm(text: string): void {
    this.assertive = text;
  }

  #next(): void {
    const text = this.#queue.shift();
    if (text === undefined) {
      this.#timer = undefined;
      return;
    }
    this.polite = text;
    this.#timer = setTimeout(() => this.#next(), 1000);
  }
}

export const live = new Live();
