import { defineActions, nameSection } from '../lib/actions';
import { SECTIONS, type ViewDef } from './views';

// Every folder below views/ that has a view.ts takes part; there is no list to edit.
const found = import.meta.glob<{ default: ViewDef }>('../views/*/view.ts', { eager: true });

const ORDER = Object.keys(SECTIONS);

/** The order of the sidebar, which every list of places keeps. */
function place({ nav }: ViewDef): number {
  return nav ? ORDER.indexOf(nav.section) * 1_000 + nav.order : 0;
}

export const views: ViewDef[] = Object.values(found)
  .map((module) => module.default)
  .sort((a, b) => place(a) - place(b));

const byId = new Map(views.map((view) => [view.id, view]));

for (const view of views) {
  nameSection(view.id, view.title);
  if (view.actions) defineActions(view.actions);
  if (view.nav) {
    const { go, icon } = view.nav;
    defineActions([
      { id: `go.${view.id}`, label: view.title, keys: go ? [`g ${go}`] : [], where: 'go', icon },
    ]);
  }
}

export const viewById = (id: string): ViewDef | undefined => byId.get(id);
