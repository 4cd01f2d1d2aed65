import { describe, expect, it } from 'vitest';
import type { IdentityDetail } from '$lib/backend/types/IdentityDetail';
import {
  askedFor,
  blank,
  changesNothing,
  editOf,
  type FormValues,
  fateOf,
  problemsOf,
  requestOf,
  startOf,
  type Texts,
  textOf,
  turn,
} from './form';
import { FIELDS, type FieldName, isPersonal, type Kind } from './words';

/** Somebody with texts; `null` is a text that is protected. */
function somebody(kind: Kind, known: Partial<Record<FieldName, string | null>>): IdentityDetail {
  const fields = FIELDS.map((field) => ({
    field,
    value: known[field] ?? null,
    protected: known[field] === null,
    personal: isPersonal(field),
  }));
  const row = { id: 'idt_1', kind, name: '', category: '', country: '', protected: [], created_at: '' };
  const none = { balances: [], totals: [], accounts: [], metadata: {} };
  return { row: { ...row, balances: 0, accounts: 0 }, version: 3, fields, ...none };
}
const individual = (more: Partial<FormValues> = {}): FormValues => ({ ...blank(), ...more });

describe('what the form asks for', () => {
  it('goes by the kind', () => {
    expect(askedFor('individual', null)).not.toContain('organisation_name');
    expect(askedFor('organisation', null)).toContain('organisation_name');
    expect(askedFor('organisation', null)).not.toContain('date_of_birth');
  });

  it('leaves nothing out that is known, in the open or protected', () => {
    const detail = somebody('organisation', {
      organisation_name: 'Rathlin',
      first_name: 'Niamh',
      gender: null,
    });
    expect(askedFor('organisation', detail)).toEqual(expect.arrayContaining(['first_name', 'gender']));
    expect(askedFor('organisation', detail)).not.toContain('last_name');
  });
});

describe('somebody new', () => {
  it('has the trimmed texts of the fields that the kind has', () => {
    const values = individual({ first_name: ' Niamh ', street: '', organisation_name: 'left behind' });
    expect(requestOf(values, {})).toEqual({
      kind: 'individual',
      fields: { first_name: 'Niamh' },
      protect: [],
    });
  });

  it('is protected only in fields that hold something', () => {
    const values = individual({ first_name: 'Niamh', protect: ['phone_number', 'street'] });
    expect(requestOf(values, { phone_number: '+353 1 555', street: ' ' })).toEqual({
      kind: 'individual',
      fields: { first_name: 'Niamh', phone_number: '+353 1 555' },
      protect: ['phone_number'],
    });
  });

  it('never leaves a protected text in what a draft keeps', () => {
    const values: FormValues = individual({ phone_number: '+353 1 555' });
    const secrets: Texts = {};
    turn(values, secrets, 'phone_number');
    expect(JSON.stringify(values)).not.toContain('555');
    expect(secrets).toEqual({ phone_number: '+353 1 555' });
    turn(values, secrets, 'phone_number');
    expect(values.phone_number).toBe('+353 1 555');
    expect(values.protect).toEqual([]);
    expect(secrets).toEqual({});
  });
});

describe('a change', () => {
  const detail = somebody('individual', {
    first_name: 'Niamh',
    city: 'Cork',
    phone_number: null,
    street: null,
  });

  it('is nothing where nothing was typed, or the same again', () => {
    expect(changesNothing(editOf(startOf(detail), {}, detail))).toBe(true);
    expect(changesNothing(editOf(individual({ city: ' Cork ' }), {}, detail))).toBe(true);
  });

  it('names only what differs, and clears with nothing', () => {
    expect(editOf(individual({ city: '', gender: 'f', first_name: 'Niamh' }), {}, detail)).toEqual({
      id: 'idt_1',
      version: 3,
      kind: null,
      fields: { city: null, gender: 'f' },
    });
  });

  it('replaces or clears what is protected without knowing it', () => {
    const edit = editOf(individual({ street: '' }), { phone_number: ' 0 ' }, detail);
    expect(edit.fields).toEqual({ phone_number: '0', street: null });
    expect(fateOf({}, {}, 'street')).toBe('kept');
    expect(fateOf({ street: '' }, {}, 'street')).toBe('cleared');
    expect(fateOf({}, { street: '' }, 'street')).toBe('replaced');
  });

  it('clears nothing by a draft from before a field was protected', () => {
    const values = individual({ street: '4 Quay' });
    expect(fateOf(values, {}, 'street')).toBe('kept');
    expect(changesNothing(editOf(values, {}, detail))).toBe(true);
  });

  it('may turn an individual into an organisation', () => {
    const values: FormValues = { ...blank('organisation'), organisation_name: 'Niamh Ltd' };
    expect(editOf(values, {}, detail)).toMatchObject({
      kind: 'organisation',
      fields: { organisation_name: 'Niamh Ltd' },
    });
  });

  it('shows what stands there until something else is typed', () => {
    expect(textOf({}, detail, 'city')).toBe('Cork');
    expect(textOf({ city: '' }, detail, 'city')).toBe('');
  });
});

describe('what is wrong', () => {
  it('is somebody without a name', () => {
    expect(problemsOf(individual(), {}, null).first_name).toMatch(/first or last name/);
    expect(problemsOf(individual({ last_name: 'Byrne' }), {}, null)).toEqual({});
    expect(problemsOf(blank('organisation'), {}, null).organisation_name).toMatch(/organisation/);
    expect(problemsOf(individual({ protect: ['last_name'] }), { last_name: 'Byrne' }, null)).toEqual({});
  });

  it('is not a name that is protected, unless it is cleared', () => {
    const detail = somebody('individual', { last_name: null });
    expect(problemsOf(individual(), {}, detail)).toEqual({});
    expect(problemsOf(individual({ last_name: '' }), {}, detail).first_name).toBeDefined();
  });

  it('is no day and no email address', () => {
    const wrong = individual({ last_name: 'Byrne', date_of_birth: '31.12.80', email_address: 'a b@c' });
    expect(Object.keys(problemsOf(wrong, {}, null))).toEqual(['date_of_birth', 'email_address']);
    const right = individual({ last_name: 'B', date_of_birth: '1980-12-31', email_address: 'o@x.ie' });
    expect(problemsOf(right, {}, null)).toEqual({});
  });

  it('is a replacement that says nothing', () => {
    const detail = somebody('individual', { last_name: 'Byrne', phone_number: null });
    expect(problemsOf(individual(), { phone_number: ' ' }, detail).phone_number).toMatch(/from now on/);
  });
});
