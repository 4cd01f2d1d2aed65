/**
 * The names of the shell's commands and events with their types. View code and the generated bindings add to
 * both by declaration merging:
 *
 *     declare module '$lib/backend/commands' {
 *       interface Commands { balances_page: { args: PageArgs; result: BalancePage } }
 *     }
 */
export interface Commands {
  /** Interface settings: opaque JSON text kept by the shell, per book when `book` is given. */
  settings_get: { args: { key: string; book: string | null }; result: string | null };
  settings_set: { args: { key: string; book: string | null; value: string }; result: null };
}

export interface Events {
  'files-dropped': { kind: 'enter' | 'over' | 'drop' | 'leave'; paths: string[] };
}

export type Command = keyof Commands;
export type EventName = keyof Events;
