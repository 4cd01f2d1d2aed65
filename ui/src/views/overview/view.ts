import LayoutDashboard from '@lucide/svelte/icons/layout-dashboard';
import Printer from '@lucide/svelte/icons/printer';
import { defineView } from '$app/views';

const panel = (n: number, label: string) => ({
  id: `overview.panel-${n}`,
  label,
  keys: [String(n)],
  where: 'overview',
  palette: false,
});

export default defineView({
  id: 'overview',
  title: 'Overview',
  nav: { section: 'top', order: 0, icon: LayoutDashboard, go: 'o' },
  load: () => import('./Overview.svelte'),
  actions: [
    { id: 'overview.as-of', label: 'As of another day', keys: ['d'], where: 'overview' },
    { id: 'overview.print', label: 'Print', keys: ['Ctrl+P'], where: 'overview', icon: Printer },
    panel(1, 'Cash position'),
    panel(2, 'Trial balance'),
    panel(3, 'Unreconciled entries by age'),
    panel(4, 'Awaiting approval'),
    panel(5, 'Recent activity'),
    panel(6, 'Needs attention'),
  ],
});
