import FileKey from '@lucide/svelte/icons/file-key';
import ScrollText from '@lucide/svelte/icons/scroll-text';
import ShieldCheck from '@lucide/svelte/icons/shield-check';
import { defineView } from '$app/views';

const where = 'audit';

export default defineView({
  id: 'audit',
  title: 'Audit',
  nav: { section: 'controls', order: 30, icon: ScrollText, go: 'u' },
  load: () => import('./Audit.svelte'),
  actions: [
    { id: 'audit.verify', label: 'Verify the history', keys: ['Shift+V'], where, icon: ShieldCheck },
    { id: 'audit.head', label: 'Export the head', keys: ['Shift+E'], where, icon: FileKey },
    { id: 'audit.compare', label: 'Compare with an earlier head', keys: ['c'], where },
    { id: 'audit.open', label: 'Open what it was done to', keys: ['o'], where },
  ],
});
