import './styles/app.css';
import { mount } from 'svelte';
import App from './app/App.svelte';
import { setBackend } from './lib/backend';
import { tauriBackend } from './lib/backend/tauri';
import { loadSettings } from './lib/settings';

export async function start(target: HTMLElement): Promise<void> {
  setBackend(tauriBackend());
  await loadSettings();
  mount(App, { target });
}
