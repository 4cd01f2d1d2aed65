import { type ActionDef, allActions, keysOf, sectionName } from './actions.svelte';

const NAMES: Record<string, string> = {
  everywhere: 'Everywhere',
  go: 'Go',
  file: 'File',
  grid: 'Grid',
  forms: 'Forms',
  dialogs: 'Dialogs',
};

export interface SheetSection {
  where: string;
  name: string;
  actions: ActionDef[];
}

/** What has keys, by section, as far as it fits a text: for the keyboard sheet and its page in the settings. */
export function sheetSections(text: string): SheetSection[] {
  const needle = text.trim().toLowerCase();
  const fitting = allActions().filter((action) => {
    const keys = keysOf(action.id);
    if (action.sheet === false || !keys.length) return false;
    return `${action.label} ${keys.join(' ')}`.toLowerCase().includes(needle);
  });
  const wheres = new Set([...Object.keys(NAMES), ...fitting.map((action) => action.where)]);
  return [...wheres]
    .map((where) => ({
      where,
      name: NAMES[where] ?? sectionName(where),
      actions: fitting.filter((action) => action.where === where),
    }))
    .filter((section) => section.actions.length);
}
