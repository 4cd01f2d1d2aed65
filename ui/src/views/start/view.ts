import ArchiveRestore from '@lucide/svelte/icons/archive-restore';
import FilePlus from '@lucide/svelte/icons/file-plus';
import FlaskConical from '@lucide/svelte/icons/flask-conical';
import FolderOpen from '@lucide/svelte/icons/folder-open';
import { defineView } from '$app/views';

export default defineView({
  id: 'start',
  title: 'Books',
  chrome: 'bare',
  load: () => import('./Start.svelte'),
  actions: [
    { id: 'start.new', label: 'New book', keys: ['Ctrl+N'], where: 'file', icon: FilePlus, inFields: true },
    {
      id: 'start.open',
      label: 'Open a book',
      keys: ['Ctrl+O'],
      where: 'file',
      icon: FolderOpen,
      inFields: true,
    },
    {
      id: 'start.sample',
      label: 'Open the sample book',
      keys: ['Ctrl+T'],
      where: 'file',
      icon: FlaskConical,
      inFields: true,
    },
    { id: 'start.restore', label: 'Restore a backup', keys: [], where: 'file', icon: ArchiveRestore },
    { id: 'start.filter', label: 'Find a recent book', keys: ['/'], where: 'start', palette: false },
    { id: 'start.back', label: 'Back to the open book', keys: ['Esc'], where: 'start', palette: false },
  ],
});
