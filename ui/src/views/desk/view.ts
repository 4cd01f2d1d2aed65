import Check from '@lucide/svelte/icons/check';
import Clock from '@lucide/svelte/icons/clock';
import Calculator from '@lucide/svelte/icons/equal';
import FileText from '@lucide/svelte/icons/file-text';
import History from '@lucide/svelte/icons/history';
import Lock from '@lucide/svelte/icons/lock';
import LockOpen from '@lucide/svelte/icons/lock-open';
import Play from '@lucide/svelte/icons/play';
import Plus from '@lucide/svelte/icons/plus';
import Redo from '@lucide/svelte/icons/redo';
import Undo from '@lucide/svelte/icons/undo';
import X from '@lucide/svelte/icons/x';
import { defineView } from '$app/views';

const where = 'desk';

export default defineView({
  id: 'desk',
  parent: 'reconcile',
  title: 'Review desk',
  chrome: 'rail',
  load: () => import('./Desk.svelte'),
  actions: [
    { id: 'desk.accept', label: 'Accept match', keys: ['Enter', 'm'], where, icon: Check },
    { id: 'desk.reject', label: 'Reject', keys: ['x'], where, icon: X },
    { id: 'desk.next', label: 'Next line', keys: ['j'], where, palette: false },
    { id: 'desk.previous', label: 'Previous line', keys: ['k'], where, palette: false },
    { id: 'desk.toggle', label: 'Add to or take from this match', keys: ['Space'], where, palette: false },
    { id: 'desk.clear', label: 'Back to the suggestion', keys: ['Esc'], where, palette: false },
    { id: 'desk.pane', label: 'Other pane', keys: ['F6', 'Right'], where, palette: false, builtin: true },
    { id: 'desk.difference', label: 'Post difference', keys: ['w'], where },
    { id: 'desk.new-entry', label: 'New entry', keys: ['n'], where, icon: Plus },
    { id: 'desk.outstanding', label: 'Outstanding', keys: ['o'], where, icon: Clock },
    { id: 'desk.unmatch', label: 'Unmatch', keys: ['u'], where },
    { id: 'desk.unmatch-reverse', label: 'Unmatch and reverse', keys: ['Shift+U'], where, danger: true },
    { id: 'desk.accept-certain', label: 'Accept all certain', keys: ['a'], where },
    { id: 'desk.find-sum', label: 'Find a sum', keys: ['='], where, icon: Calculator },
    { id: 'desk.filter', label: 'Filter the lines or the entries', keys: ['/'], where, palette: false },
    { id: 'desk.undo', label: 'Undo', keys: ['Ctrl+Z'], where, icon: Undo },
    { id: 'desk.redo', label: 'Redo', keys: ['Ctrl+Shift+Z'], where, icon: Redo },
    { id: 'desk.run', label: 'Run matching', keys: ['Ctrl+R'], where, icon: Play },
    { id: 'desk.log', label: 'Log', keys: ['Ctrl+Shift+H'], where, icon: History },
    { id: 'desk.report', label: 'Report', keys: ['Shift+T'], where, icon: FileText },
    { id: 'desk.reopen', label: 'Reopen', keys: ['Shift+O'], where, icon: LockOpen },
    { id: 'desk.sign-off', label: 'Sign off and lock', keys: ['Ctrl+Enter'], where, icon: Lock },
  ],
});
