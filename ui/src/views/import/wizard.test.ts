import { describe, expect, it } from 'vitest';
import type { PlanLine } from '$lib/backend/types/PlanLine';
import { Wizard } from './wizard.svelte';

const line = (at: number): PlanLine => ({ line: at }) as PlanLine;

describe('lines that are asked about', () => {
  it('are stored already one by one, or asked about again', async () => {
    const wizard = new Wizard();
    await wizard.takeSame(line(3));
    await wizard.takeSame(line(5));
    expect(wizard.options.same).toEqual([3, 5]);
    await wizard.takeSame(line(3));
    expect(wizard.options.same).toEqual([5]);
    expect(wizard.options.all_same).toBe(false);
  });

  it('are stored already all at once, and no longer said to be new', async () => {
    const wizard = new Wizard();
    wizard.acceptLate = true;
    await wizard.takeSame(line(3));
    await wizard.takeAllSame(true);
    expect([wizard.options.all_same, wizard.options.same, wizard.acceptLate]).toEqual([true, [], false]);
    await wizard.takeAllSame(false);
    expect(wizard.options.all_same).toBe(false);
  });

  it('are asked about again under another reading and in another balance', async () => {
    const wizard = new Wizard();
    await wizard.takeAllSame(true);
    wizard.change({ date_format: 'dmy' });
    expect(wizard.options.all_same).toBe(false);
    await wizard.takeSame(line(3));
    wizard.setBalance({ value: 'b', label: 'Corrib Reserve' });
    expect([wizard.options.same, wizard.same]).toEqual([[], []]);
  });
});

describe('what was agreed to', () => {
  it('does not hold for another balance or another account of the file', () => {
    const wizard = new Wizard();
    wizard.acceptOther = wizard.acceptBalance = true;
    wizard.setBalance({ value: 'b', label: 'Corrib Reserve' });
    expect([wizard.acceptOther, wizard.acceptBalance]).toEqual([false, false]);
    wizard.acceptOther = true;
    wizard.change({ opening: '100', closing: '200' });
    wizard.changeDialect('statement', '1');
    expect([wizard.acceptOther, wizard.options.opening, wizard.options.closing]).toEqual([false, null, null]);
    expect(wizard.options.statement).toBe(1);
  });

  it('does not leave out the bad rows of another reading', () => {
    const wizard = new Wizard();
    wizard.leaveBad = true;
    wizard.changeDialect('date_format', 'dmy');
    expect(wizard.leaveBad).toBe(false);
  });
});
