import FileText from '@lucide/svelte/icons/file-text';
import Import from '@lucide/svelte/icons/import';
import LockOpen from '@lucide/svelte/icons/lock-open';
import Play from '@lucide/svelte/icons/play';
import Scale from '@lucide/svelte/icons/scale';
import { defineView } from '$app/views';

export default defineView({
  id: 'reconcile',
  title: 'Reconcile',
  nav: { section: 'daily', order: 20, icon: Scale, go: 'r' },
  load: () => import('./Reconcile.svelte'),
  actions: [
    { id: 'reconcile.import', label: 'Import statement', keys: ['Ctrl+I'], where: 'file', icon: Import },
    {
      id: 'reconcile.open',
      label: 'Open statement',
      keys: ['Enter'],
      where: 'reconcile',
      builtin: true,
      palette: false,
    },
    { id: 'reconcile.run', label: 'Run matching', keys: ['Ctrl+R'], where: 'reconcile', icon: Play },
    { id: 'reconcile.report', label: 'Report', keys: ['Shift+T'], where: 'reconcile', icon: FileText },
    { id: 'reconcile.reopen', label: 'Reopen', keys: ['Shift+O'], where: 'reconcile', icon: LockOpen },
    {
      id: 'reconcile.undo-import',
      label: 'Undo import',
      keys: ['Shift+U'],
      where: 'reconcile',
      danger: true,
    },
  ],
});
