import CalendarDays from '@lucide/svelte/icons/calendar-days';
import Download from '@lucide/svelte/icons/download';
import Printer from '@lucide/svelte/icons/printer';
import Sigma from '@lucide/svelte/icons/sigma';
import { defineView } from '$app/views';

const where = 'trial';

export default defineView({
  id: 'trial',
  title: 'Trial balance',
  nav: { section: 'books', order: 30, icon: Sigma, go: 'b' },
  load: () => import('./Trial.svelte'),
  actions: [
    { id: 'trial.as-of', label: 'As of another day', keys: ['d'], where, icon: CalendarDays },
    { id: 'trial.export', label: 'Export', keys: ['Ctrl+E'], where, icon: Download },
    { id: 'trial.print', label: 'Print', keys: ['Ctrl+P'], where, icon: Printer },
  ],
});
