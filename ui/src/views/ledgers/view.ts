import BellPlus from '@lucide/svelte/icons/bell-plus';
import BookOpen from '@lucide/svelte/icons/book-open';
import Download from '@lucide/svelte/icons/download';
import FolderPlus from '@lucide/svelte/icons/folder-plus';
import Pencil from '@lucide/svelte/icons/pencil';
import Plus from '@lucide/svelte/icons/plus';
import Scale from '@lucide/svelte/icons/scale';
import StickyNote from '@lucide/svelte/icons/sticky-note';
import UserPlus from '@lucide/svelte/icons/user-plus';
import Waypoints from '@lucide/svelte/icons/waypoints';
import { defineView } from '$app/views';

export default defineView({
  id: 'ledgers',
  title: 'Ledgers and balances',
  nav: { section: 'books', order: 20, icon: BookOpen, go: 'l' },
  load: () => import('./Ledgers.svelte'),
  actions: [
    { id: 'ledgers.new-ledger', label: 'New ledger', keys: ['Shift+L'], where: 'ledgers', icon: FolderPlus },
    { id: 'ledgers.new-balance', label: 'New balance', keys: ['Shift+B'], where: 'ledgers', icon: Plus },
    { id: 'ledgers.rename', label: 'Rename', keys: ['F2'], where: 'ledgers' },
    {
      id: 'ledgers.edit-ledger',
      label: 'Name and type of the ledger',
      keys: ['e'],
      where: 'ledgers',
      icon: Pencil,
    },
    {
      id: 'ledgers.ledger-notes',
      label: 'Notes of the ledger',
      keys: [],
      where: 'ledgers',
      icon: StickyNote,
    },
    { id: 'ledgers.pin', label: 'Pin', keys: ['Shift+P'], where: 'ledgers' },
    { id: 'ledgers.monitor', label: 'Monitor', keys: ['Shift+M'], where: 'ledgers', icon: BellPlus },
    { id: 'ledgers.identity', label: 'Link identity', keys: ['Shift+I'], where: 'ledgers', icon: UserPlus },
    { id: 'ledgers.lineage', label: 'Keep lineage', keys: ['Shift+K'], where: 'ledgers', icon: Waypoints },
    { id: 'ledgers.reconcile', label: 'Reconcile', keys: ['Shift+R'], where: 'ledgers', icon: Scale },
    {
      id: 'ledgers.export',
      label: 'Export the register',
      keys: ['Ctrl+E'],
      where: 'ledgers',
      icon: Download,
    },
    { id: 'ledgers.as-of', label: 'As of another day', keys: ['d'], where: 'ledgers' },
    {
      id: 'ledgers.range-shorter',
      label: 'Chart: shorter range',
      keys: ['['],
      where: 'ledgers',
      palette: false,
    },
    {
      id: 'ledgers.range-longer',
      label: 'Chart: longer range',
      keys: [']'],
      where: 'ledgers',
      palette: false,
    },
    { id: 'ledgers.check', label: 'Check this balance against its entries', keys: [], where: 'ledgers' },
    {
      id: 'ledgers.up',
      label: 'Back to all balances',
      keys: ['Backspace'],
      where: 'ledgers',
      palette: false,
    },
  ],
});
