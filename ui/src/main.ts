import './lib/locale';

// Loaded after the locale is known to be valid: chart code asks Intl while it is being loaded, and the order of
// static imports does not survive bundling.
const { start } = await import('./start');

const target = document.getElementById('app');
if (!target) throw new Error('no #app in the page');
await start(target);
