import CalendarClock from '@lucide/svelte/icons/calendar-clock';
import CalendarPlus from '@lucide/svelte/icons/calendar-plus';
import CalendarX from '@lucide/svelte/icons/calendar-x';
import Pencil from '@lucide/svelte/icons/pencil';
import RotateCcw from '@lucide/svelte/icons/rotate-ccw';
import { defineView } from '$app/views';

const where = 'scheduled';

export default defineView({
  id: 'scheduled',
  title: 'Scheduled',
  parent: 'transactions',
  load: () => import('./Scheduled.svelte'),
  actions: [
    // A tab of the transactions: it has a key and no place of its own in the sidebar.
    { id: 'go.scheduled', label: 'Scheduled', keys: ['g c'], where: 'go', icon: CalendarClock },
    { id: 'scheduled.new', label: 'Schedule a posting', keys: ['n'], where, icon: CalendarPlus },
    { id: 'scheduled.edit', label: 'Edit', keys: ['e'], where, icon: Pencil },
    { id: 'scheduled.again', label: 'Schedule again', keys: ['Shift+D'], where, icon: RotateCcw },
    { id: 'scheduled.open', label: 'Open the posted transaction', keys: ['o'], where },
    {
      id: 'scheduled.cancel',
      label: 'Cancel the scheduled posting',
      keys: ['v'],
      where,
      icon: CalendarX,
      danger: true,
    },
  ],
});
