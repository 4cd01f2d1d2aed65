import { describe, expect, it } from 'vitest';
import type { DialectChip } from '$lib/backend/types/DialectChip';
import type { ImportOptions } from '$lib/backend/types/ImportOptions';
import type { ImportPlan } from '$lib/backend/types/ImportPlan';
import type { ImportPreview } from '$lib/backend/types/ImportPreview';
import type { ImportProof } from '$lib/backend/types/ImportProof';
import type { ImportSession } from '$lib/backend/types/ImportSession';
import { evidenceOf, labelOf, openingApart, setHere, verdictOf } from './proof';
import { Wizard } from './wizard.svelte';

const proof = (change: Partial<ImportProof> = {}): ImportProof =>
  ({
    verdict: 'ties',
    currency: 'EUR',
    exponent: 2,
    opening: '0',
    computed: '6000000',
    closing: '6000000',
    previous_closing: '31328079',
    previous_name: 'Corrib Operating, September 2026',
    continues_previous: false,
    previous_apart: '31328079',
    ...change,
  }) as ImportProof;

describe('the verdict of an import', () => {
  it('is proven only when it also continues the statement before', () => {
    expect(verdictOf(proof())).toEqual({
      tone: 'warn',
      words: 'Ties, opening differs by 313,280.79',
      proven: false,
    });
    expect(openingApart(proof())).toBe('31328079');
    const continued = proof({ opening: '31328079', continues_previous: true, previous_apart: null });
    expect(verdictOf(continued)).toEqual({ tone: 'pos', words: 'Ties', proven: true });
  });

  it('is proven when there is no statement before', () => {
    const first = proof({
      previous_closing: null,
      previous_name: null,
      continues_previous: null,
      previous_apart: null,
    });
    expect(verdictOf(first).proven).toBe(true);
    expect(openingApart(first)).toBeNull();
  });

  it('says first that the file does not tie in itself', () => {
    expect(verdictOf(proof({ verdict: 'does_not_tie' })).tone).toBe('neg');
    expect(verdictOf(proof({ verdict: 'cannot_be_proved' })).words).toBe('Cannot be proved');
  });

  it('holds back the import until the person says that the opening is right', () => {
    const wizard = new Wizard();
    wizard.step = 'import';
    wizard.session = { id: 's' } as ImportSession;
    wizard.preview = {} as ImportPreview;
    wizard.balance = { value: 'b', label: 'Corrib Operating' };
    wizard.name = 'November';
    wizard.plan = { proof: proof(), missing: [], bad_rows: 0 } as unknown as ImportPlan;
    expect(wizard.blocked).toBe('Say that the opening is right although it differs by 313,280.79');
    wizard.acceptOpening = true;
    expect(wizard.blocked).toBeNull();
    wizard.acceptOpening = false;
    // What adds nothing to the book asks for nothing.
    wizard.plan = { proof: proof(), missing: [], bad_rows: 0, nothing_new: true } as unknown as ImportPlan;
    expect(wizard.blocked).toBeNull();
  });
});

describe('where a detected value comes from', () => {
  const chip = { key: 'date_format', evidence: 'Chosen by you.', chosen: true } as DialectChip;
  const untouched = { date_format: null } as ImportOptions;

  it('is the saved mapping when the person set nothing', () => {
    expect(evidenceOf(chip, untouched, 'Corrib CSV')).toBe('From the saved mapping.');
    expect(setHere(chip, untouched)).toBe(false);
  });

  it('is the person when they did', () => {
    const options = { date_format: 'DD/MM/YYYY' } as ImportOptions;
    expect(evidenceOf(chip, options, 'Corrib CSV')).toBe('Chosen by you.');
    expect(setHere(chip, options)).toBe(true);
  });

  it('keeps evidence that says more', () => {
    const signs = { ...chip, evidence: 'The balance follows on 120 of 120 steps.' };
    expect(evidenceOf(signs, untouched, 'Corrib CSV')).toBe(signs.evidence);
  });

  it('does not repeat the format, and names the encoding as one', () => {
    const said = (evidence: string) =>
      evidenceOf({ key: 'format', evidence } as DialectChip, untouched, null);
    expect(said('The content is text.')).toBe('');
    expect(said('The content is text. The name ends in .xls, but this is no workbook.')).toBe(
      'The name ends in .xls, but this is no workbook.',
    );
    expect(labelOf({ key: 'encoding', label: 'Text' } as DialectChip)).toBe('Encoding');
    expect(labelOf({ key: 'delimiter', label: 'Separator' } as DialectChip)).toBe('Separator');
  });
});
