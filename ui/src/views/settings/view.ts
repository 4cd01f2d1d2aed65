import Lock from '@lucide/svelte/icons/lock';
import LockKeyhole from '@lucide/svelte/icons/lock-keyhole';
import LockOpen from '@lucide/svelte/icons/lock-open';
import Settings from '@lucide/svelte/icons/settings';
import { defineView } from '$app/views';

export default defineView({
  id: 'settings',
  title: 'Settings',
  nav: { section: 'bottom', order: 0, icon: Settings, go: 's' },
  load: () => import('./Settings.svelte'),
  actions: [
    {
      id: 'settings.save',
      label: 'Save your name',
      keys: ['Ctrl+S'],
      where: 'settings',
      inFields: true,
      palette: false,
    },
    {
      id: 'settings.close-period',
      label: 'Close a period',
      keys: ['Shift+C'],
      where: 'settings',
      icon: Lock,
    },
    {
      id: 'settings.reopen-period',
      label: 'Reopen a period',
      keys: ['Shift+O'],
      where: 'settings',
      icon: LockOpen,
    },
    {
      id: 'settings.protect-book',
      label: 'Protect the book with a passphrase',
      keys: [],
      where: 'settings',
      icon: LockKeyhole,
    },
    {
      id: 'settings.unprotect-book',
      label: 'Remove the protection of the book',
      keys: [],
      where: 'settings',
    },
    {
      id: 'settings.forget-key',
      label: 'Forget the passphrase of the book on this computer',
      keys: [],
      where: 'settings',
    },
  ],
});
