import type { IdentityDetail } from '$lib/backend/types/IdentityDetail';
import type { IdentityField } from '$lib/backend/types/IdentityField';
import type { IdentityRow } from '$lib/backend/types/IdentityRow';

export type Kind = 'individual' | 'organisation';

/** Every field, in the order of a form, as people call it. */
export const LABELS = {
  organisation_name: 'Organisation name',
  first_name: 'First name',
  last_name: 'Last name',
  other_names: 'Other names',
  date_of_birth: 'Date of birth',
  gender: 'Gender',
  nationality: 'Nationality',
  email_address: 'Email address',
  phone_number: 'Phone number',
  street: 'Street',
  city: 'City',
  state: 'State',
  post_code: 'Post code',
  country: 'Country',
  category: 'Category',
} as const;
export type FieldName = keyof typeof LABELS;
export const FIELDS = Object.keys(LABELS) as FieldName[];

export const labelOf = (field: string): string => LABELS[field as FieldName] ?? field.replaceAll('_', ' ');

/** Lists are made by these, so they stay readable. */
const READABLE: FieldName[] = ['organisation_name', 'country', 'category'];
export const isPersonal = (field: FieldName): boolean => !READABLE.includes(field);

/** What is read together. */
export const GROUPS: { title: string; fields: FieldName[] }[] = [
  { title: 'Name', fields: ['organisation_name', 'first_name', 'last_name', 'other_names'] },
  { title: 'Person', fields: ['date_of_birth', 'gender', 'nationality'] },
  { title: 'Contact', fields: ['email_address', 'phone_number'] },
  { title: 'Address', fields: ['street', 'city', 'state', 'post_code', 'country'] },
  { title: 'Listed by', fields: ['category'] },
];

export const KINDS: { value: Kind; label: string }[] = [
  { value: 'individual', label: 'Individual' },
  { value: 'organisation', label: 'Organisation' },
];
export const kindWord = (kind: string): string => KINDS.find(({ value }) => value === kind)?.label ?? kind;

/** Stands for what only the key opens. */
export const MASK = '••••';

/** The end of an id: ids of one day begin alike. */
export const shortId = (id: string): string => id.slice(-6);

/** How somebody is called where the name may be protected as a whole. */
export const nameOf = ({ name, id }: Pick<IdentityRow, 'name' | 'id'>): string =>
  name || `${MASK} ${shortId(id)}`;

/** What is shown of a field: its text, while it is revealed the text of a protected one, otherwise the mask. */
export function shownText(
  { field, value, protected: sealed }: IdentityField,
  revealed: Readonly<Record<string, string>>,
): string {
  return sealed ? (revealed[field] ?? MASK) : (value ?? '');
}

export interface DetailGroup {
  title: string;
  fields: IdentityField[];
}

/** What is known of somebody, by groups. What is not known is left out. */
export function groupsOf(fields: readonly IdentityField[]): DetailGroup[] {
  const known = new Map(fields.map((one) => [one.field, one]));
  return GROUPS.flatMap(({ title, fields: names }) => {
    const here = names.flatMap((name) => {
      const found = known.get(name);
      return found && (found.protected || found.value) ? [found] : [];
    });
    return here.length ? [{ title, fields: here }] : [];
  });
}

/** Personal fields that hold something: those that can be protected or are. */
export const personalOf = ({ fields }: Pick<IdentityDetail, 'fields'>): IdentityField[] =>
  fields.filter((one) => one.personal && (one.protected || one.value));

/** `first name, street and city`. */
export function listed(fields: readonly string[]): string {
  const words = fields.map((field) => labelOf(field).toLowerCase());
  const last = words.pop() ?? '';
  return words.length ? `${words.join(', ')} and ${last}` : last;
}

/** Second line of somebody in a search. */
export const about = ({
  kind,
  category,
  country,
}: Pick<IdentityRow, 'kind' | 'category' | 'country'>): string =>
  [kindWord(kind), category, country].filter(Boolean).join(', ');

/** `data-testid` of something of a field. */
export const fieldId = (of: string, field: string): string => `${of}-${field.replaceAll('_', '-')}`;
