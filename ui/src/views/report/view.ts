import Download from '@lucide/svelte/icons/download';
import Printer from '@lucide/svelte/icons/printer';
import { defineView } from '$app/views';

export default defineView({
  id: 'report',
  parent: 'reconcile',
  title: 'Report',
  chrome: 'rail',
  load: () => import('./Report.svelte'),
  actions: [
    { id: 'report.xlsx', label: 'Save as XLSX', keys: ['Ctrl+E'], where: 'report', icon: Download },
    { id: 'report.csv', label: 'Save as CSV', keys: ['Ctrl+Shift+E'], where: 'report', icon: Download },
    { id: 'report.pdf', label: 'Save as PDF', keys: ['Ctrl+Shift+P'], where: 'report', icon: Download },
    { id: 'report.print', label: 'Print', keys: ['Ctrl+P'], where: 'report', icon: Printer },
    { id: 'report.back', label: 'Back to the desk', keys: ['Esc'], where: 'report', palette: false },
  ],
});
