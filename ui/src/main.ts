import './lib/locale';
import './styles/app.css';
import { mount } from 'svelte';
import App from './app/App.svelte';
import { setBackend } from './lib/backend';
import { tauriBackend } from './lib/backend/tauri';
import { loadSettings } from './lib/settings';

setBackend(tauriBackend());
await loadSettings();

const target = document.getElementById('app');
if (!target) throw new Error('no #app in the page');
mount(App, { target });
