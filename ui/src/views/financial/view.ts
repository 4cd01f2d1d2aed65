import CalendarDays from '@lucide/svelte/icons/calendar-days';
import ChartColumn from '@lucide/svelte/icons/chart-column';
import Columns3 from '@lucide/svelte/icons/columns-3';
import Download from '@lucide/svelte/icons/download';
import Printer from '@lucide/svelte/icons/printer';
import Tag from '@lucide/svelte/icons/tag';
import { defineView } from '$app/views';

const where = 'financial';

export default defineView({
  id: 'financial',
  title: 'Financial reports',
  nav: { section: 'books', order: 40, icon: ChartColumn, go: 'f' },
  load: () => import('./Financial.svelte'),
  actions: [
    { id: 'financial.sheet', label: 'Balance sheet', keys: ['1'], where },
    { id: 'financial.result', label: 'Profit and loss', keys: ['2'], where },
    { id: 'financial.days', label: 'Other days', keys: ['d'], where, icon: CalendarDays },
    {
      id: 'financial.days-before',
      label: 'Choice of days before this one',
      keys: ['['],
      where,
      palette: false,
    },
    {
      id: 'financial.days-after',
      label: 'Choice of days after this one',
      keys: [']'],
      where,
      palette: false,
    },
    { id: 'financial.compare', label: 'Compare with earlier days', keys: ['c'], where, icon: Columns3 },
    { id: 'financial.type', label: 'Give a ledger a type', keys: ['t'], where, icon: Tag },
    { id: 'financial.export', label: 'Export', keys: ['Ctrl+E'], where, icon: Download },
    { id: 'financial.print', label: 'Print', keys: ['Ctrl+P'], where, icon: Printer },
  ],
});
