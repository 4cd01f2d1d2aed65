import ShieldCheck from '@lucide/svelte/icons/shield-check';
import { mount } from 'svelte';
import App from '../app/App.svelte';
import { router } from '../app/router.svelte';
import { shell } from '../app/shell.svelte';
import { jobs } from '../lib/jobs.svelte';

/** The whole window on a made-up book, for looking at the shell and at views without the program behind it. */
export function openShell(target: HTMLElement, view: string): void {
  shell.book = {
    id: 'sample',
    name: 'Brackwater Instruments',
    profile: 'local',
    path: 'Brackwater Instruments.tieout',
  };
  shell.counts = { approvals: { n: 14 }, reconcile: { n: 3 } };
  shell.pinned = [
    {
      id: '1',
      label: 'Merrion Operating',
      money: { minor: '33473490', exponent: 2, currency: 'EUR' },
      open: () => router.go('balances', { id: '1' }),
    },
  ];
  shell.status = [
    { id: 'saved', text: 'Saved 10:24' },
    { id: 'chain', text: 'Chain verified, 5,814 entries', tone: 'pos', icon: ShieldCheck },
  ];
  jobs.upsert({ id: '1', name: 'Matching', phase: 'Candidates', done: 64, total: 118, state: 'running' });
  router.reset(view);
  mount(App, { target });
}
