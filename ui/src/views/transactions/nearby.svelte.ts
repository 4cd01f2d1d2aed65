import { SvelteSet } from 'svelte/reactivity';

/** Rows that are there with their fields from the beginning: more do not fit on a screen. */
const FIRST = 24;
/** Rows around the one somebody writes in. */
const AROUND = 2;
const AHEAD_PX = 240;

/**
 * Which rows of a long form have their fields. A thousand rows of fields would take seconds to draw, so the others are
 * text until they come near; what came near stays, for somebody writes in it.
 */
export class Nearby {
  #near = new SvelteSet<number>();
  #observer: IntersectionObserver | null = null;
  #ids = new WeakMap<Element, number>();

  live(index: number, id: number, at: number | null): boolean {
    return index < FIRST || (at !== null && Math.abs(index - at) <= AROUND) || this.#near.has(id);
  }

  /** Svelte action for what scrolls. */
  frame = (element: HTMLElement): { destroy: () => void } => {
    this.#observer = new IntersectionObserver(
      (entries) => {
        for (const { isIntersecting, target } of entries) {
          const id = this.#ids.get(target);
          if (isIntersecting && id !== undefined) this.#near.add(id);
        }
      },
      { root: element, rootMargin: `${AHEAD_PX}px 0px` },
    );
    for (const row of element.querySelectorAll('[data-row]')) this.#observer.observe(row);
    return { destroy: () => this.#observer?.disconnect() };
  };

  /** Svelte action for a row. It runs before the one of what it stands in. */
  row = (element: HTMLElement, id: number): { destroy: () => void } => {
    this.#ids.set(element, id);
    this.#observer?.observe(element);
    return { destroy: () => this.#observer?.unobserve(element) };
  };
}
