import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { IdentityField } from '$lib/backend/types/IdentityField';
import { changeOf, protectButton } from './protect';
import { about, groupsOf, labelOf, listed, MASK, nameOf, personalOf, shownText } from './words';

const field = (name: string, value: string | null, sealed = false, personal = true): IdentityField => ({
  field: name,
  value,
  protected: sealed,
  personal,
});
const FIELDS = [
  field('organisation_name', null, false, false),
  field('first_name', 'Niamh'),
  field('phone_number', null, true),
  field('street', null, true),
  field('city', 'Cork'),
  field('state', null),
  field('country', 'Ireland', false, false),
];

describe('masks', () => {
  it('stand for what is protected until it is revealed', () => {
    expect(shownText(field('phone_number', null, true), {})).toBe(MASK);
    expect(shownText(field('phone_number', null, true), { phone_number: '+353' })).toBe('+353');
    expect(shownText(field('city', 'Cork'), { phone_number: '+353' })).toBe('Cork');
  });

  it('stand for a whole name, with the end of the id', () => {
    expect(nameOf({ name: '', id: 'idt_0199aa-bbccdd' })).toBe(`${MASK} bbccdd`);
    expect(nameOf({ name: 'Niamh', id: 'idt_1' })).toBe('Niamh');
  });
});

describe('what is known of somebody', () => {
  it('stands in groups, without what is not known', () => {
    const groups = groupsOf(FIELDS).map(({ title, fields }) => [title, ...fields.map((one) => one.field)]);
    expect(groups).toEqual([
      ['Name', 'first_name'],
      ['Contact', 'phone_number'],
      ['Address', 'street', 'city', 'country'],
    ]);
    expect(groupsOf([])).toEqual([]);
  });

  it('is said in words', () => {
    expect(labelOf('post_code')).toBe('Post code');
    expect(listed(['first_name'])).toBe('first name');
    expect(listed(['phone_number', 'street', 'city'])).toBe('phone number, street and city');
    expect(listed([])).toBe('');
    expect(about({ kind: 'individual', category: '', country: 'Ireland' })).toBe('Individual, Ireland');
  });
});

describe('protecting fields', () => {
  const personal = personalOf({ fields: FIELDS });
  beforeAll(() => {
    vi.stubGlobal('navigator', { language: 'en-IE' });
  });

  it('is offered for personal fields that hold something', () => {
    expect(personal.map((one) => one.field)).toEqual(['first_name', 'phone_number', 'street', 'city']);
  });

  it('does only what is not so yet', () => {
    expect(changeOf(personal, ['phone_number', 'street'])).toEqual({ begin: [], end: [] });
    expect(changeOf(personal, ['phone_number', 'city'])).toEqual({ begin: ['city'], end: ['street'] });
  });

  it('says what the button does', () => {
    expect(protectButton({ begin: [], end: [] })).toBeNull();
    expect(protectButton({ begin: ['city'], end: [] })).toBe('Protect 1 field');
    expect(protectButton({ begin: [], end: ['city', 'state'] })).toBe('End the protection of 2 fields');
    expect(protectButton({ begin: ['city'], end: ['street'] })).toBe('Protect 1, end the protection of 1');
  });
});
