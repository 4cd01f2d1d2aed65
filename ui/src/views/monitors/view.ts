import Bell from '@lucide/svelte/icons/bell';
import BookOpen from '@lucide/svelte/icons/book-open';
import Pencil from '@lucide/svelte/icons/pencil';
import Plus from '@lucide/svelte/icons/plus';
import Trash from '@lucide/svelte/icons/trash-2';
import { defineView } from '$app/views';

const where = 'monitors';

export default defineView({
  id: 'monitors',
  title: 'Monitors',
  nav: { section: 'controls', order: 20, icon: Bell, go: 'n' },
  load: () => import('./Monitors.svelte'),
  actions: [
    { id: 'monitors.list', label: 'Monitors', keys: ['1'], where, palette: false },
    { id: 'monitors.told', label: 'What was told', keys: ['2'], where },
    { id: 'monitors.new', label: 'New monitor', keys: ['n'], where, icon: Plus },
    { id: 'monitors.edit', label: 'Edit', keys: ['e'], where, icon: Pencil },
    { id: 'monitors.register', label: 'Open the register', keys: ['o'], where, icon: BookOpen },
    { id: 'monitors.transaction', label: 'Open the transaction', keys: ['t'], where },
    { id: 'monitors.delete', label: 'Delete', keys: ['Delete'], where, icon: Trash, danger: true },
  ],
});
