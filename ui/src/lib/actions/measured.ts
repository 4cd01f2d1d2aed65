import type { ActionReturn } from 'svelte/action';

/**
 * Tells the element when it is there and on each frame in which its size changed.
 *
 * The answer waits for the next frame: what is written to the page while a ResizeObserver reports can change sizes
 * again, which the browser then reports as an error of the page ("loop completed with undelivered notifications").
 */
export function measured<E extends HTMLElement>(
  node: E,
  tell: (node: E) => void,
): ActionReturn<(node: E) => void> {
  let told = tell;
  let frame = 0;
  const watch = new ResizeObserver(() => {
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      told(node);
    });
  });
  watch.observe(node);
  told(node);
  return {
    update: (next) => {
      told = next;
    },
    destroy: () => {
      watch.disconnect();
      cancelAnimationFrame(frame);
    },
  };
}
