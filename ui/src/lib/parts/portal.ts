/** Moves an element into the element with this id, for as long as it lives. */
export function portal(node: HTMLElement, target: string): { destroy: () => void } {
  document.getElementById(target)?.append(node);
  return { destroy: () => node.remove() };
}
