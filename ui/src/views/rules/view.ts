import ArrowDown from '@lucide/svelte/icons/arrow-down';
import ArrowUp from '@lucide/svelte/icons/arrow-up';
import CopyPlus from '@lucide/svelte/icons/copy-plus';
import History from '@lucide/svelte/icons/history';
import Play from '@lucide/svelte/icons/play';
import Plus from '@lucide/svelte/icons/plus';
import Save from '@lucide/svelte/icons/save';
import SlidersHorizontal from '@lucide/svelte/icons/sliders-horizontal';
import Trash from '@lucide/svelte/icons/trash-2';
import { defineView } from '$app/views';

const where = 'rules';

export default defineView({
  id: 'rules',
  title: 'Matching rules',
  nav: { section: 'controls', order: 10, icon: SlidersHorizontal, go: 'm' },
  load: () => import('./Rules.svelte'),
  actions: [
    { id: 'rules.new', label: 'New rule', keys: ['n'], where, icon: Plus },
    { id: 'rules.duplicate', label: 'Duplicate', keys: ['Shift+D'], where, icon: CopyPlus },
    { id: 'rules.save', label: 'Save rule', keys: ['Ctrl+S'], where, icon: Save },
    { id: 'rules.discard', label: 'Discard', keys: ['Esc'], where, palette: false },
    { id: 'rules.up', label: 'Move up', keys: ['Alt+Up'], where, icon: ArrowUp },
    { id: 'rules.down', label: 'Move down', keys: ['Alt+Down'], where, icon: ArrowDown },
    { id: 'rules.toggle', label: 'On or off', keys: ['Space'], where },
    { id: 'rules.run', label: 'Run on the statement', keys: ['Ctrl+R'], where, icon: Play },
    { id: 'rules.versions', label: 'Versions', keys: ['Shift+H'], where, icon: History },
    { id: 'rules.delete', label: 'Delete', keys: ['Delete'], where, icon: Trash, danger: true },
  ],
});
