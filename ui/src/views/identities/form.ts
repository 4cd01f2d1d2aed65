import type { IdentityDetail } from '$lib/backend/types/IdentityDetail';
import type { IdentityEdit } from '$lib/backend/types/IdentityEdit';
import type { IdentityRequest } from '$lib/backend/types/IdentityRequest';
import { isIso } from '$lib/dates';
import { FIELDS, type FieldName, isPersonal, type Kind } from './words';

export type Texts = Partial<Record<FieldName, string>>;

/**
 * What stands in the form. Of somebody who exists only what was changed stands here. The texts of protected fields never
 * do: a draft is stored as it is, and they stand apart.
 */
export type FormValues = Texts & {
  kind: Kind;
  /** Fields of a new one that are protected from the start. */
  protect: FieldName[];
  /** Grows with every change of a protected text, so that the form knows of it. */
  secrets: number;
};

const PERSON: FieldName[] = [
  'first_name',
  'last_name',
  'other_names',
  'date_of_birth',
  'gender',
  'nationality',
];
const NOT_OF: Record<Kind, FieldName[]> = { individual: ['organisation_name'], organisation: PERSON };

export const blank = (kind: Kind = 'individual'): FormValues => ({ kind, protect: [], secrets: 0 });

export const startOf = (detail: IdentityDetail | null): FormValues =>
  blank(detail?.row.kind === 'organisation' ? 'organisation' : 'individual');

const of = (detail: IdentityDetail | null, field: FieldName) =>
  detail?.fields.find((one) => one.field === field);

/** It is there already and only the key opens it. */
export const isSealed = (detail: IdentityDetail | null, field: FieldName): boolean =>
  of(detail, field)?.protected ?? false;

/** The fields that the form asks for: those of the kind, and whatever else is known. */
export const askedFor = (kind: Kind, detail: IdentityDetail | null): FieldName[] =>
  FIELDS.filter(
    (field) => !NOT_OF[kind].includes(field) || isSealed(detail, field) || !!of(detail, field)?.value,
  );

/** What stands in the field of a text that is not protected. */
export const textOf = (values: Texts, detail: IdentityDetail | null, field: FieldName): string =>
  values[field] ?? of(detail, field)?.value ?? '';

/** What becomes of a protected field: it stays, is replaced, or is cleared. */
export type Fate = 'kept' | 'replaced' | 'cleared';
export function fateOf(values: Texts, secrets: Texts, field: FieldName): Fate {
  if (secrets[field] !== undefined) return 'replaced';
  // A draft may hold a text from before it was protected: that clears nothing.
  return values[field] === '' ? 'cleared' : 'kept';
}

/** The field will hold something once the form is saved. */
function filled(
  values: FormValues,
  secrets: Texts,
  detail: IdentityDetail | null,
  field: FieldName,
): boolean {
  if (isSealed(detail, field)) {
    const fate = fateOf(values, secrets, field);
    return fate === 'kept' || (fate === 'replaced' && secrets[field]?.trim() !== '');
  }
  const text = values.protect.includes(field) ? secrets[field] : textOf(values, detail, field);
  return !!text?.trim();
}

/** The text that stands in a field and would be saved, if somebody typed one. */
function typed(values: FormValues, secrets: Texts, field: FieldName): string {
  return (secrets[field] ?? values[field] ?? '').trim();
}

export type Problems = Partial<Record<FieldName, string>>;

/** What the form can say by itself; the engine has the last word. */
export function problemsOf(values: FormValues, secrets: Texts, detail: IdentityDetail | null): Problems {
  const problems: Problems = {};
  const has = (field: FieldName) => filled(values, secrets, detail, field);
  if (values.kind === 'organisation') {
    if (!has('organisation_name')) problems.organisation_name = 'Enter the name of the organisation.';
  } else if (!has('first_name') && !has('last_name')) {
    problems.first_name = 'Enter a first or last name.';
  }
  const day = typed(values, secrets, 'date_of_birth');
  if (day && !isIso(day)) problems.date_of_birth = `“${day}” is no day. Write it as 1980-12-31.`;
  const email = typed(values, secrets, 'email_address');
  if (email && !/^\S+@\S+$/.test(email)) problems.email_address = `“${email}” is no email address.`;
  for (const field of FIELDS)
    if (isSealed(detail, field) && fateOf(values, secrets, field) === 'replaced' && !secrets[field]?.trim())
      problems[field] ??= 'Enter what stands there from now on, or keep what does.';
  return problems;
}

/** Somebody new, with the fields that the kind has. */
export function requestOf(values: FormValues, secrets: Texts): IdentityRequest {
  const fields: Record<string, string> = {};
  const protect: string[] = [];
  for (const field of askedFor(values.kind, null)) {
    const sealed = isPersonal(field) && values.protect.includes(field);
    const text = (sealed ? secrets[field] : values[field])?.trim();
    if (!text) continue;
    fields[field] = text;
    if (sealed) protect.push(field);
  }
  return { kind: values.kind, fields, protect };
}

/** Only what changes; a field without a text is cleared. */
export function editOf(values: FormValues, secrets: Texts, detail: IdentityDetail): IdentityEdit {
  const fields: Record<string, string | null> = {};
  for (const field of FIELDS) {
    if (isSealed(detail, field)) {
      const fate = fateOf(values, secrets, field);
      if (fate === 'cleared') fields[field] = null;
      else if (fate === 'replaced') fields[field] = secrets[field]?.trim() ?? null;
    } else if (values[field] !== undefined) {
      const text = values[field].trim();
      if (text !== (of(detail, field)?.value ?? '')) fields[field] = text || null;
    }
  }
  const { id, kind } = detail.row;
  return { id, version: detail.version, kind: values.kind === kind ? null : values.kind, fields };
}

export const changesNothing = ({ kind, fields }: IdentityEdit): boolean =>
  kind === null && Object.keys(fields).length === 0;

/** A field of a new one is protected or not any more: its text goes where texts of its sort stand. */
export function turn(values: FormValues, secrets: Texts, field: FieldName): void {
  if (values.protect.includes(field)) {
    values.protect = values.protect.filter((other) => other !== field);
    const text = secrets[field];
    delete secrets[field];
    if (text) values[field] = text;
  } else {
    values.protect = [...values.protect, field];
    secrets[field] = values[field] ?? '';
    delete values[field];
  }
  values.secrets += 1;
}
