import ArrowLeftRight from '@lucide/svelte/icons/arrow-left-right';
import BookOpenText from '@lucide/svelte/icons/book-open-text';
import BookmarkPlus from '@lucide/svelte/icons/bookmark-plus';
import Copy from '@lucide/svelte/icons/copy';
import CopyPlus from '@lucide/svelte/icons/copy-plus';
import Download from '@lucide/svelte/icons/download';
import FileUp from '@lucide/svelte/icons/file-up';
import HandCoins from '@lucide/svelte/icons/hand-coins';
import Paperclip from '@lucide/svelte/icons/paperclip';
import Plus from '@lucide/svelte/icons/plus';
import Undo2 from '@lucide/svelte/icons/undo-2';
import { defineView } from '$app/views';

export default defineView({
  id: 'transactions',
  title: 'Transactions',
  nav: { section: 'books', order: 10, icon: ArrowLeftRight, go: 't' },
  load: () => import('./Transactions.svelte'),
  actions: [
    { id: 'transactions.new', label: 'New transaction', keys: ['n'], where: 'transactions', icon: Plus },
    {
      id: 'transactions.entry',
      label: 'Journal entry',
      keys: ['Shift+N'],
      where: 'transactions',
      icon: BookOpenText,
    },
    {
      id: 'transactions.import',
      label: 'Import postings',
      keys: ['Shift+I'],
      where: 'transactions',
      icon: FileUp,
    },
    {
      id: 'transactions.duplicate',
      label: 'Duplicate',
      keys: ['Shift+D'],
      where: 'transactions',
      icon: CopyPlus,
    },
    { id: 'transactions.refund', label: 'Refund', keys: ['Shift+R'], where: 'transactions', icon: HandCoins },
    { id: 'transactions.reverse', label: 'Reverse', keys: ['Shift+X'], where: 'transactions', icon: Undo2 },
    {
      id: 'transactions.attach',
      label: 'Attach a file',
      keys: ['Shift+A'],
      where: 'transactions',
      icon: Paperclip,
    },
    { id: 'transactions.commit', label: 'Commit rest', keys: ['a'], where: 'transactions', decides: true },
    { id: 'transactions.part', label: 'Commit part', keys: ['p'], where: 'transactions' },
    { id: 'transactions.void', label: 'Void', keys: ['v'], where: 'transactions', danger: true },
    { id: 'transactions.export', label: 'Export', keys: ['Ctrl+E'], where: 'transactions', icon: Download },
    {
      id: 'transactions.save-view',
      label: 'Save this filter as a view',
      keys: [],
      where: 'transactions',
      icon: BookmarkPlus,
    },
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
      id: 'entry.form',
      label: 'Journal entry: lines or split',
      keys: ['Ctrl+Shift+S'],
      where: 'forms',
      palette: false,
    },
    {
      id: 'entry.fill',
      label: 'Journal entry: fill in what is missing',
      keys: ['Ctrl+Shift+F'],
      where: 'forms',
      palette: false,
    },
    {
      id: 'entry.remove',
      label: 'Journal entry: remove the line',
      keys: ['Ctrl+Delete'],
      where: 'forms',
      palette: false,
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
