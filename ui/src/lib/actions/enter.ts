/**
 * Does what a dialog is for when Enter is pressed in it: in any field, and with Ctrl also on a button, which otherwise
 * takes the key itself. What a field used for itself, and Enter that ends the writing of a sign, do nothing.
 */
export function onEnter(go: () => unknown): (event: KeyboardEvent) => void {
  return (event) => {
    if (event.key !== 'Enter' || event.defaultPrevented || event.isComposing) return;
    if (!event.ctrlKey && (event.target as HTMLElement).tagName === 'BUTTON') return;
    event.preventDefault();
    void go();
  };
}
