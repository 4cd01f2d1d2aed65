import { defineActions, nameSection } from '../lib/actions';
import type { ViewDef } from './views';

// Every folder below views/ that has a view.ts takes part; there is no list to edit.
const found = import.meta.glob<{ default: ViewDef }>('../views/*/view.ts', { eager: true });

export const views: ViewDef[] = Object.values(found)
  .map((module) => module.default)
  .sort((a, b) => (a.nav?.order ?? 0) - (b.nav?.order ?? 0));

const byId = new Map(views.map((view) => [view.id, view]));

for (const view of views) {
  nameSection(view.id, view.title);
  if (view.actions) defineActions(view.actions);
  if (view.nav) {
    const { go, icon } = view.nav;
    defineActions([
      { id: `go.${view.id}`, label: `Go to ${view.title}`, keys: go ? [`g ${go}`] : [], where: 'go', icon },
    ]);
  }
}

export const viewById = (id: string): ViewDef | undefined => byId.get(id);
