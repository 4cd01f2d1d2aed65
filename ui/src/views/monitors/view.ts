import Bell from '@lucide/svelte/icons/bell';
import BookOpen from '@lucide/svelte/icons/book-open';
import Globe from '@lucide/svelte/icons/globe';
import KeyRound from '@lucide/svelte/icons/key-round';
import ListTree from '@lucide/svelte/icons/list-tree';
import Pause from '@lucide/svelte/icons/pause';
import Pencil from '@lucide/svelte/icons/pencil';
import Plus from '@lucide/svelte/icons/plus';
import Power from '@lucide/svelte/icons/power';
import RotateCw from '@lucide/svelte/icons/rotate-cw';
import Send from '@lucide/svelte/icons/send';
import Trash from '@lucide/svelte/icons/trash-2';
import { defineView } from '$app/views';

const where = 'monitors';

export default defineView({
  id: 'monitors',
  title: 'Monitors and webhooks',
  nav: { section: 'controls', order: 20, icon: Bell, go: 'n' },
  load: () => import('./Monitors.svelte'),
  actions: [
    { id: 'monitors.list', label: 'Monitors', keys: ['1'], where, palette: false },
    { id: 'monitors.alerts', label: 'Alerts', keys: ['2'], where },
    { id: 'monitors.webhooks', label: 'Webhooks', keys: ['3'], where },
    { id: 'monitors.deliveries', label: 'Deliveries of webhooks', keys: ['4'], where },
    { id: 'monitors.new', label: 'New monitor', keys: ['n'], where, icon: Plus },
    { id: 'monitors.edit', label: 'Edit', keys: ['e'], where, icon: Pencil },
    { id: 'monitors.register', label: 'Open the register', keys: ['o'], where, icon: BookOpen },
    { id: 'monitors.transaction', label: 'Open the transaction', keys: ['t'], where },
    { id: 'monitors.delete', label: 'Delete', keys: ['Delete'], where, icon: Trash, danger: true },
    { id: 'webhooks.new', label: 'New webhook', keys: ['n'], where, icon: Plus },
    { id: 'webhooks.edit', label: 'Edit', keys: ['e'], where, icon: Pencil, sheet: false },
    { id: 'webhooks.deliveries', label: 'Show its deliveries', keys: ['Enter'], where, icon: ListTree },
    { id: 'webhooks.test', label: 'Test', keys: ['Ctrl+R'], where, icon: Send },
    { id: 'webhooks.pause', label: 'Pause', keys: ['p'], where, icon: Pause },
    { id: 'webhooks.switch', label: 'Switch off', keys: ['Space'], where, icon: Power },
    { id: 'webhooks.secret', label: 'New secret', keys: ['Shift+S'], where, icon: KeyRound },
    { id: 'webhooks.hosts', label: 'Allowed hosts', keys: ['h'], where, icon: Globe },
    {
      id: 'webhooks.delete',
      label: 'Delete',
      keys: ['Delete'],
      where,
      icon: Trash,
      danger: true,
      sheet: false,
    },
    { id: 'deliveries.replay', label: 'Send a delivery again', keys: ['Shift+R'], where, icon: RotateCw },
    { id: 'deliveries.object', label: 'Open what a delivery is about', keys: ['o'], where },
  ],
});
