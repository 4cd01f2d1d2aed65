import Copy from '@lucide/svelte/icons/copy';
import FileUp from '@lucide/svelte/icons/file-up';
import Split from '@lucide/svelte/icons/split';
import { defineView } from '$app/views';

const where = 'postings';

export default defineView({
  id: 'postings',
  title: 'Import postings',
  parent: 'transactions',
  load: () => import('./Postings.svelte'),
  actions: [
    { id: 'postings.post', label: 'Post them', keys: ['Ctrl+Enter'], where, inFields: true },
    { id: 'postings.mode', label: 'All or none, or each by itself', keys: ['b'], where, icon: Split },
    { id: 'postings.file', label: 'Choose another file', keys: ['o'], where, icon: FileUp },
    { id: 'postings.copy', label: 'Copy what was refused', keys: ['Shift+C'], where, icon: Copy },
    { id: 'postings.leave', label: 'Back to the transactions', keys: ['Esc'], where, palette: false },
  ],
});
