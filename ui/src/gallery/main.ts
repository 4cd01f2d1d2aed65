import '../lib/locale';
import '../styles/app.css';
import { mount } from 'svelte';
import { memoryBackend, setBackend } from '../lib/backend';
import { loadSettings, settings } from '../lib/settings';
import Gallery from './Gallery.svelte';

setBackend(memoryBackend());
await loadSettings();
const wanted = new URLSearchParams(location.search);
if (wanted.get('theme')) settings.theme = wanted.get('theme') as 'light' | 'dark';
const { applySettings } = await import('../lib/settings');
applySettings();

const target = document.getElementById('app');
if (!target) throw new Error('no #app in the page');
if (wanted.get('section') === 'shell') {
  const { openShell } = await import('./shell');
  openShell(target, wanted.get('view') ?? 'overview');
} else mount(Gallery, { target, props: { section: wanted.get('section') ?? 'all' } });
