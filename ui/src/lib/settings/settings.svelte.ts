import { backend } from '../backend';

export interface Settings {
  theme: 'system' | 'light' | 'dark';
  density: 'compact' | 'comfortable';
  negatives: 'minus' | 'parentheses';
  redNegatives: boolean;
  /** Book setting: names of the two columns of a register. Never changes signs or order. */
  columnNames: 'in-out' | 'as-in-books' | 'as-stored';
  /** Percent, 90 to 150. */
  textSize: number;
  sidebarRail: boolean;
  inspectorOpen: boolean;
  /** Own keys per action id. */
  keys: Record<string, string[]>;
}

const DEFAULTS: Settings = {
  theme: 'system',
  density: 'compact',
  negatives: 'minus',
  redNegatives: false,
  columnNames: 'in-out',
  textSize: 100,
  sidebarRail: false,
  inspectorOpen: true,
  keys: {},
};

const KEY = 'interface';
const inBrowser = typeof window !== 'undefined';

/** Current settings. Change them with `changeSettings`, which applies and stores them. */
export const settings: Settings = $state({ ...DEFAULTS });

/**
 * Reads a value kept by the shell. A shell without the command, or a browser, answers from local storage, so that
 * a missing command costs memory of columns and never a view.
 */
export async function readStored<T>(key: string, book: string | null = null): Promise<T | null> {
  let text: string | null = null;
  try {
    text = await backend.call('settings_get', { key, book });
  } catch {
    text = inBrowser ? localStorage.getItem(`${book ?? ''}/${key}`) : null;
  }
  if (text === null) return null;
  try {
    return JSON.parse(text) as T;
  } catch {
    return null;
  }
}

export async function writeStored(key: string, value: unknown, book: string | null = null): Promise<void> {
  const text = JSON.stringify(value);
  try {
    await backend.call('settings_set', { key, book, value: text });
  } catch {
    if (inBrowser) localStorage.setItem(`${book ?? ''}/${key}`, text);
  }
}

/** What the root element shows by now, whoever changed it. For what is drawn rather than styled. */
export const shownAs: { theme: 'light' | 'dark' } = $state({ theme: 'light' });

/** Applied to the root element: CSS reads theme, density and text size from there. */
export function applySettings(): void {
  const root = document.documentElement;
  const prefersDark = matchMedia('(prefers-color-scheme: dark)').matches;
  const theme = settings.theme === 'system' ? (prefersDark ? 'dark' : 'light') : settings.theme;
  root.dataset.theme = theme;
  root.dataset.density = settings.density;
  root.dataset.redNegatives = String(settings.redNegatives);
  root.style.setProperty('font-size', `${settings.textSize}%`);
}

export async function loadSettings(): Promise<void> {
  const stored = await readStored<Partial<Settings>>(KEY);
  if (stored) Object.assign(settings, DEFAULTS, stored);
  settings.textSize = clampTextSize(settings.textSize);
  const root = document.documentElement;
  new MutationObserver(() => {
    shownAs.theme = root.dataset.theme === 'dark' ? 'dark' : 'light';
  }).observe(root, { attributes: true, attributeFilter: ['data-theme'] });
  applySettings();
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', applySettings);
  // Paper is white, whatever the screen shows.
  window.addEventListener('beforeprint', () => {
    root.dataset.theme = 'light';
  });
  window.addEventListener('afterprint', applySettings);
}

const clampTextSize = (percent: number): number => Math.min(150, Math.max(90, Math.round(percent)));

export function changeSettings(change: Partial<Settings>): void {
  Object.assign(settings, change);
  settings.textSize = clampTextSize(settings.textSize);
  applySettings();
  void writeStored(KEY, settings);
}

export function columnNames(): { in: string; out: string; inOther: string; outOther: string } {
  switch (settings.columnNames) {
    case 'as-in-books':
      return { in: 'Debit', out: 'Credit', inOther: 'In', outOther: 'Out' };
    case 'as-stored':
      return { in: 'Credit', out: 'Debit', inOther: 'In', outOther: 'Out' };
    default:
      return { in: 'In', out: 'Out', inOther: 'stored as credit', outOther: 'stored as debit' };
  }
}
