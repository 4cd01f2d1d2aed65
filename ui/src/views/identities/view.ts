import CreditCard from '@lucide/svelte/icons/credit-card';
import Eye from '@lucide/svelte/icons/eye';
import Link from '@lucide/svelte/icons/link';
import Lock from '@lucide/svelte/icons/lock';
import Pencil from '@lucide/svelte/icons/pencil';
import Plus from '@lucide/svelte/icons/plus';
import Trash from '@lucide/svelte/icons/trash-2';
import Unlink from '@lucide/svelte/icons/unlink';
import Users from '@lucide/svelte/icons/users';
import { defineView } from '$app/views';

const where = 'identities';

export default defineView({
  id: 'identities',
  title: 'Identities and accounts',
  nav: { section: 'books', order: 25, icon: Users, go: 'i' },
  load: () => import('./Identities.svelte'),
  actions: [
    { id: 'identities.new', label: 'New identity', keys: ['n'], where, icon: Plus },
    { id: 'identities.edit', label: 'Edit', keys: ['e'], where, icon: Pencil },
    { id: 'identities.reveal', label: 'Reveal', keys: ['Shift+V'], where, icon: Eye },
    { id: 'identities.protect', label: 'Protect fields', keys: ['Shift+K'], where, icon: Lock },
    { id: 'identities.link', label: 'Link a balance', keys: ['Shift+B'], where, icon: Link },
    { id: 'identities.unlink', label: 'Unlink the balance', keys: ['Shift+U'], where, icon: Unlink },
    { id: 'identities.account', label: 'Add an account', keys: ['Shift+A'], where, icon: CreditCard },
    { id: 'identities.account-edit', label: 'Edit the account', keys: ['Shift+E'], where, icon: Pencil },
    {
      id: 'identities.account-delete',
      label: 'Delete the account',
      keys: ['Shift+Delete'],
      where,
      icon: Trash,
      danger: true,
    },
    { id: 'identities.delete', label: 'Delete', keys: ['Delete'], where, icon: Trash, danger: true },
    { id: 'identities.balances', label: 'Its balances', keys: ['1'], where, palette: false },
    { id: 'identities.accounts', label: 'Its accounts', keys: ['2'], where, palette: false },
    { id: 'identities.history', label: 'Its history', keys: ['3'], where, palette: false },
    {
      id: 'identities.up',
      label: 'Back to all identities',
      keys: ['Backspace'],
      where,
      palette: false,
    },
    { id: 'privacy.show', label: 'Show the key of protected fields', keys: [], where: 'settings' },
    { id: 'privacy.add', label: 'Take in a key of protected fields', keys: [], where: 'settings' },
    { id: 'privacy.replace', label: 'Replace the key of protected fields', keys: [], where: 'settings' },
    { id: 'privacy.go-on', label: 'Go on sealing with the new key', keys: [], where: 'settings' },
  ],
});
