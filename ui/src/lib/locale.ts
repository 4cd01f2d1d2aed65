/**
 * Some systems report the locale "C", which every Intl constructor refuses: the window would stay blank. Imported
 * before anything else so that no library can ask first.
 */
const tag = navigator.language;
let valid = true;
try {
  new Intl.NumberFormat(tag);
} catch {
  valid = false;
}
if (!valid || !tag) {
  Object.defineProperty(navigator, 'language', { value: 'en-IE', configurable: true });
  Object.defineProperty(navigator, 'languages', { value: ['en-IE', 'en'], configurable: true });
}

export {};
