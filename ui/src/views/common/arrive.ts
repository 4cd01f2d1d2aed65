/**
 * Gives a grid the focus when its first row is there, so that its keys work at once. Only if the person has not
 * turned to something else meanwhile.
 */
export function arriveOnce(): (grid: { focus(): void } | undefined) => void {
  let arrived = false;
  return (grid) => {
    if (arrived) return;
    arrived = true;
    const at = document.activeElement;
    if (!at || at === document.body || at.closest('#sidebar')) grid?.focus();
  };
}
