import type { Component } from 'svelte';
import { onDestroy } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';
import { settings } from '../settings';
import { comboOf, isTyping, normaliseKey } from './keys';

export interface ActionDef {
  id: string;
  label: string;
  /** Alternatives, the first is printed on buttons. */
  keys: string[];
  /** Section of the keyboard sheet: `everywhere`, `go`, `file`, `grid`, or a view's id. */
  where: string;
  hint?: string;
  icon?: Component;
  /** False keeps it out of the command palette, as for cursor keys. */
  palette?: boolean;
  danger?: boolean;
  /** Works while a field has the focus even though the key would type. */
  inFields?: boolean;
  /** False keeps it off the keyboard sheet and the keyboard page of the settings, where an action of the same key and sense stands already. */
  sheet?: boolean;
  /** The part handles its own keys; the entry is here for the sheet. */
  builtin?: boolean;
  /** Decides over money at once: its key pressed twice in a moment decides once, for the next row was not looked at. */
  decides?: boolean;
}

export interface ActionHandler {
  run: () => void;
  /** True, or the reason why not, as a sentence. */
  enabled?: () => true | string;
  /** Overrides the label while bound: "Approve 5 in full". */
  label?: () => string;
}

export interface ActionState {
  bound: boolean;
  enabled: boolean;
  reason: string | null;
  label: string;
  keys: string[];
}

const table = new SvelteMap<string, ActionDef>();
/** The newest binding wins; an older one comes back when it goes. */
const bound = new SvelteMap<string, ActionHandler[]>();
/** While a dialog is open only actions bound inside it, or marked global, are awake. */
const scopes: Set<string>[] = [];
const HINT_AFTER_MS = 400;
const SEQUENCE_ENDS_MS = 4000;

/** First stroke of a sequence that was typed, and whether its hint is due. */
export const sequence: { first: string | null; hint: boolean } = $state({ first: null, hint: false });

export function defineActions(definitions: readonly ActionDef[]): void {
  for (const definition of definitions) table.set(definition.id, definition);
}

const sections = new Map<string, string>();

/** What the keyboard sheet calls the actions of a view. */
export function nameSection(where: string, title: string): void {
  sections.set(where, title);
}

export const sectionName = (where: string): string => sections.get(where) ?? where;
export const allActions = (): ActionDef[] => [...table.values()];
export const actionDef = (id: string): ActionDef | undefined => table.get(id);
export const keysOf = (id: string): string[] => settings.keys[id] ?? table.get(id)?.keys ?? [];

/** Adds handlers now; the result removes them. */
export function addHandlers(handlers: Record<string, ActionHandler>): () => void {
  const scope = scopes.at(-1);
  for (const [id, handler] of Object.entries(handlers)) {
    if (!table.has(id)) throw new Error(`no such action: ${id}`);
    bound.set(id, [...(bound.get(id) ?? []), handler]);
    scope?.add(id);
  }
  return () => {
    for (const [id, handler] of Object.entries(handlers)) {
      const rest = (bound.get(id) ?? []).filter((other) => other !== handler);
      if (rest.length) bound.set(id, rest);
      else bound.delete(id);
      scope?.delete(id);
    }
  };
}

/** Binds handlers for the life of the calling component. */
export function bindActions(handlers: Record<string, ActionHandler>): void {
  onDestroy(addHandlers(handlers));
}

/** Puts the keys below a dialog to sleep. Returns the function that wakes them. */
export function dispatchScope(): () => void {
  const scope = new Set<string>();
  scopes.push(scope);
  return () => {
    const at = scopes.indexOf(scope);
    if (at >= 0) scopes.splice(at, 1);
  };
}

export function actionState(id: string): ActionState {
  const definition = table.get(id);
  const handler = bound.get(id)?.at(-1);
  const allowed = handler?.enabled?.() ?? true;
  const reason = !handler ? 'Not available in this view' : allowed === true ? null : allowed;
  return {
    bound: handler !== undefined,
    enabled: handler !== undefined && allowed === true,
    reason,
    label: handler?.label?.() ?? definition?.label ?? id,
    keys: keysOf(id),
  };
}

/** Runs the action if it may run now. */
export function runAction(id: string): boolean {
  if (!actionState(id).enabled) return false;
  bound.get(id)?.at(-1)?.run();
  return true;
}

const awake = (id: string): boolean => {
  const scope = scopes.at(-1);
  return bound.has(id) && (!scope || scope.has(id));
};

function isField(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable) return true;
  if (target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  return (
    target instanceof HTMLInputElement && !['checkbox', 'radio', 'button', 'range'].includes(target.type)
  );
}

/** A closed drop-down list takes letters too: they choose the entry that begins with them. */
const letterBlocked = (target: EventTarget | null): boolean =>
  isField(target) ||
  (target instanceof HTMLElement && target.closest('[role="menu"],[aria-haspopup="listbox"]') !== null);

/** What floats over the view and is looked at: a menu, a list, a popover. The list of a field that is typed into is not. */
const LAYERS = '.layer[data-state="open"]:not(.tip):not(.combo)';

/** While a layer is open the keys of what lies below sleep: nobody means a hold that they do not look at. */
export const covered = (): boolean => document.querySelector(LAYERS) !== null;

let timers: ReturnType<typeof setTimeout>[] = [];

export function endSequence(): void {
  for (const timer of timers) clearTimeout(timer);
  timers = [];
  sequence.first = null;
  sequence.hint = false;
}

function beginSequence(first: string): void {
  endSequence();
  sequence.first = first;
  timers = [
    setTimeout(() => {
      sequence.hint = true;
    }, HINT_AFTER_MS),
    setTimeout(endSequence, SEQUENCE_ENDS_MS),
  ];
}

/** Newest bindings first, so that a dialog or a view wins over the shell for the same key. */
function candidates(combo: string): string[] {
  return [...bound.keys()]
    .reverse()
    .filter((id) => awake(id) && keysOf(id).some((key) => normaliseKey(key) === combo));
}

/** Nobody looks at a row and decides within this time. */
const GLANCE_MS = 500;
/** When an action that decides last ran by its key, or what it decides on came under the key. */
const decided = new Map<string, number>();

/** What the action decides on has just come up: a second press of the key that led here does not decide on it. */
export function lookFirst(id: string): void {
  decided.set(id, performance.now());
}

/** The window's key listener. Parts that used the key have already called preventDefault. */
export function dispatchKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return;
  if (['Shift', 'Control', 'Alt', 'Meta'].includes(event.key)) return;
  const stroke = comboOf(event);
  const typing = letterBlocked(event.target);
  if (covered()) {
    endSequence();
    return;
  }
  if (event.repeat) {
    dispatchRepeat(event, stroke, typing);
    return;
  }
  if (sequence.first && !typing) {
    const whole = `${sequence.first} ${stroke}`;
    endSequence();
    if (runFirst(candidates(whole))) event.preventDefault();
    return;
  }
  const found = usable(stroke, typing);
  // Enter and Space belong to the focused button, not to the view.
  if (pressesButton(event, stroke)) return;
  if (runFirst(found)) {
    event.preventDefault();
    return;
  }
  if (!typing && startsSequence(stroke)) {
    event.preventDefault();
    beginSequence(stroke);
  }
}

/** A key that is held down decides once: what comes under the cursor next is another row, and nobody has looked at it. */
function dispatchRepeat(event: KeyboardEvent, stroke: string, typing: boolean): void {
  if (pressesButton(event, stroke) || usable(stroke, typing).length > 0) event.preventDefault();
}

const usable = (stroke: string, typing: boolean): string[] =>
  candidates(stroke).filter((id) => !typing || !isTyping(stroke) || table.get(id)?.inFields);

const pressesButton = (event: KeyboardEvent, stroke: string): boolean =>
  (stroke === 'Enter' || stroke === 'Space') &&
  event.target instanceof HTMLElement &&
  event.target.closest('button,a,[role="button"],summary') !== null;

const startsSequence = (stroke: string): boolean =>
  [...bound.keys()].some(
    (id) => awake(id) && keysOf(id).some((key) => normaliseKey(key).startsWith(`${stroke} `)),
  );

function runFirst(ids: string[]): boolean {
  const id = ids.find((candidate) => actionState(candidate).enabled);
  if (!id) return false;
  const now = performance.now();
  if (now - (decided.get(id) ?? Number.NEGATIVE_INFINITY) < GLANCE_MS) return true;
  if (table.get(id)?.decides) decided.set(id, now);
  return runAction(id);
}
