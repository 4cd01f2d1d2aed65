import ArrowLeftRight from '@lucide/svelte/icons/arrow-left-right';
import Ban from '@lucide/svelte/icons/ban';
import Check from '@lucide/svelte/icons/check';
import Copy from '@lucide/svelte/icons/copy';
import CopyPlus from '@lucide/svelte/icons/copy-plus';
import Plus from '@lucide/svelte/icons/plus';
import Split from '@lucide/svelte/icons/split';
import { defineView } from '$app/views';

export default defineView({
  id: 'transactions',
  title: 'Transactions',
  nav: { section: 'books', order: 10, icon: ArrowLeftRight, go: 't' },
  load: () => import('./Transactions.svelte'),
  actions: [
    { id: 'transactions.new', label: 'New transaction', keys: ['n'], where: 'transactions', icon: Plus },
    {
      id: 'transactions.duplicate',
      label: 'Duplicate',
      keys: ['Shift+D'],
      where: 'transactions',
      icon: CopyPlus,
    },
    { id: 'transactions.commit', label: 'Commit rest', keys: ['a'], where: 'transactions', icon: Check },
    { id: 'transactions.part', label: 'Commit part', keys: ['p'], where: 'transactions', icon: Split },
    { id: 'transactions.void', label: 'Void', keys: ['v'], where: 'transactions', icon: Ban, danger: true },
    { id: 'transactions.copy-id', label: 'Copy id', keys: ['i'], where: 'transactions', icon: Copy },
    {
      id: 'posting.post',
      label: 'Post',
      keys: ['Ctrl+Enter'],
      where: 'forms',
      palette: false,
      inFields: true,
    },
    {
      id: 'posting.another',
      label: 'Post and add another',
      keys: ['Ctrl+Shift+Enter'],
      where: 'forms',
      palette: false,
      inFields: true,
    },
  ],
});
