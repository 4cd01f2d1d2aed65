import Ban from '@lucide/svelte/icons/ban';
import CalendarDays from '@lucide/svelte/icons/calendar-days';
import Check from '@lucide/svelte/icons/check';
import CircleCheck from '@lucide/svelte/icons/circle-check';
import Plus from '@lucide/svelte/icons/plus';
import Split from '@lucide/svelte/icons/split';
import { defineView } from '$app/views';

export default defineView({
  id: 'approvals',
  title: 'Approvals',
  nav: { section: 'daily', order: 10, icon: CircleCheck, go: 'a' },
  load: () => import('./Approvals.svelte'),
  actions: [
    {
      id: 'approvals.approve',
      label: 'Approve in full',
      keys: ['a'],
      where: 'approvals',
      icon: Check,
      decides: true,
    },
    {
      id: 'approvals.approve-dated',
      label: 'Approve on another day',
      keys: ['Shift+A'],
      where: 'approvals',
      icon: CalendarDays,
    },
    { id: 'approvals.part', label: 'Approve part', keys: ['p'], where: 'approvals', icon: Split },
    { id: 'approvals.void', label: 'Void', keys: ['v'], where: 'approvals', icon: Ban, danger: true },
    { id: 'approvals.new', label: 'New hold', keys: ['n'], where: 'approvals', icon: Plus },
  ],
});
