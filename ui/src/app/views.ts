/** What a view says about itself. Apart from the registry, which imports every view.ts and with it this file. */
import type { Component } from 'svelte';
import type { ActionDef } from '../lib/actions';

export interface ViewProps {
  params: Record<string, string>;
}

/** Parts of the sidebar in their order, with their headings. */
export const SECTIONS = { top: '', daily: 'Daily work', books: 'Books', controls: 'Controls', bottom: '' };
export type NavSection = keyof typeof SECTIONS;

export interface ViewDef {
  id: string;
  title: string;
  nav?: {
    section: NavSection;
    order: number;
    icon: Component;
    /** Second letter after `g`. */
    go?: string;
  };
  load: () => Promise<{ default: Component<ViewProps> }>;
  /** The view whose place in the sidebar is marked while this one is shown. */
  parent?: string;
  /** `rail` collapses the sidebar while shown, `bare` shows neither sidebar nor inspector (start). */
  chrome?: 'full' | 'rail' | 'bare';
  /** The part of the action table that belongs to this view. */
  actions?: ActionDef[];
}

export const defineView = (view: ViewDef): ViewDef => view;
