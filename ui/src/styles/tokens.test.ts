import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8');

/** The colour roles of one theme block. */
function theme(name: 'light' | 'dark'): Map<string, string> {
  const at = css.indexOf(`[data-theme="${name}"] {\n  color-scheme`);
  if (at < 0) throw new Error(`no ${name} block`);
  const block = css.slice(at, css.indexOf('}', at));
  return new Map([...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6});/gi)].map((m) => [m[1]!, m[2]!]));
}

function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const c = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [hi, lo] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return Math.round(((hi + 0.05) / (lo + 0.05)) * 100) / 100;
}

/** foreground, background, light, dark */
const TEXT: [string, string, number, number][] = [
  ['text', 'surface', 17.11, 14.37],
  ['text', 'canvas', 15.14, 15.59],
  ['text', 'accent-soft', 14.26, 11.31],
  ['text', 'raised', 17.11, 12.69],
  ['text', 'mark', 13.97, 8.28],
  ['text-2', 'surface', 8.66, 8.59],
  ['text-2', 'canvas', 7.66, 9.32],
  ['text-2', 'accent-soft', 7.22, 6.76],
  ['text-2', 'raised', 8.66, 7.59],
  ['text-3', 'surface', 6.16, 5.91],
  ['text-3', 'sunken', 5.8, 6.15],
  ['text-3', 'canvas', 5.45, 6.41],
  ['text-3', 'hover', 5.6, 5.4],
  ['text-3', 'raised', 6.16, 5.22],
  ['text-3', 'accent-soft', 5.13, 4.65],
  ['text-3', 'neg-soft', 5.39, 4.82],
  ['text-3', 'warn-soft', 5.44, 4.73],
  ['accent', 'surface', 7.45, 8.51],
  ['accent', 'accent-soft', 6.21, 6.7],
  ['on-accent', 'accent-solid', 7.45, 5.51],
  ['on-accent', 'accent-hover', 9.45, 4.85],
  ['pos', 'surface', 7.39, 9.44],
  ['pos', 'pos-soft', 6.49, 7.64],
  ['pos', 'accent-soft', 6.16, 7.43],
  ['warn', 'surface', 6.84, 9.72],
  ['warn', 'warn-soft', 6.04, 7.79],
  ['warn', 'accent-soft', 5.7, 7.65],
  ['neg', 'surface', 7.29, 7.59],
  ['neg', 'neg-soft', 6.39, 6.19],
  ['neg', 'accent-soft', 6.08, 5.97],
];
const GRAPHICS: [string, string, number, number][] = [
  ['line-control', 'surface', 3.7, 3.6],
  ['line-control', 'canvas', 3.27, 3.91],
  ['c1', 'surface', 6.09, 6.98],
  ['c2', 'surface', 3.69, 8.43],
  ['c3', 'surface', 3.8, 8.21],
  ['c4', 'surface', 5.95, 6.6],
  ['c5', 'surface', 4.64, 8.19],
];

describe.each([
  ['text', TEXT, 4.5],
  ['control edges and graphics', GRAPHICS, 3],
] as const)('contrast of %s', (_, table, least) => {
  const light = theme('light');
  const dark = theme('dark');
  it.each(table)('%s on %s', (front, back, onPaper, onInk) => {
    const paper = contrast(light.get(front)!, light.get(back)!);
    const ink = contrast(dark.get(front)!, dark.get(back)!);
    expect(paper).toBeCloseTo(onPaper, 1);
    expect(ink).toBeCloseTo(onInk, 1);
    expect(Math.min(paper, ink)).toBeGreaterThanOrEqual(least);
  });
});
