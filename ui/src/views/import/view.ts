import { defineView } from '$app/views';

export default defineView({
  id: 'import',
  parent: 'reconcile',
  title: 'Import statement',
  load: () => import('./Import.svelte'),
  actions: [
    { id: 'import.next', label: 'Continue', keys: ['Enter', 'Ctrl+Enter'], where: 'import', palette: false },
    { id: 'import.back', label: 'Back', keys: ['Alt+PageUp'], where: 'import', palette: false },
    { id: 'import.cancel', label: 'Cancel', keys: ['Esc'], where: 'import', palette: false },
    { id: 'import.keep', label: 'Keep as new', keys: ['K'], where: 'import' },
    { id: 'import.same', label: 'Stored already', keys: ['S'], where: 'import' },
    { id: 'import.export-problems', label: 'Export the problems', keys: ['Ctrl+E'], where: 'import' },
  ],
});
