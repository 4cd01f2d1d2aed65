import type { RuleBody } from '$lib/backend/types/RuleBody';
import type { RuleCriterion } from '$lib/backend/types/RuleCriterion';
import type { RuleField } from '$lib/backend/types/RuleField';
import type { RuleTest } from '$lib/backend/types/RuleTest';
import type { Tolerance } from '$lib/backend/types/Tolerance';
import type { ToleranceUnit } from '$lib/backend/types/ToleranceUnit';

export const FIELDS: { value: RuleField; label: string }[] = [
  { value: 'amount', label: 'Amount' },
  { value: 'date', label: 'Date' },
  { value: 'reference', label: 'Reference' },
  { value: 'description', label: 'Description' },
  { value: 'counterparty', label: 'Payer' },
  { value: 'currency', label: 'Currency' },
];

export type Unit = ToleranceUnit | 'exact';

const TEXT_TESTS: { value: RuleTest; label: string }[] = [
  { value: 'found_in_text', label: 'is found in text' },
  { value: 'similar', label: 'is similar' },
  { value: 'equals', label: 'is the same' },
  { value: 'contains', label: 'contains' },
];

/** Tests that mean something for a field, the usual one first. */
export function testsOf(field: RuleField): { value: RuleTest; label: string }[] {
  switch (field) {
    case 'amount':
      return [
        { value: 'equals', label: 'agrees' },
        { value: 'greater_than', label: 'is above' },
        { value: 'less_than', label: 'is below' },
      ];
    case 'date':
      return [
        { value: 'equals', label: 'is near' },
        { value: 'greater_than', label: 'is after' },
        { value: 'less_than', label: 'is before' },
      ];
    case 'currency':
      return [{ value: 'equals', label: 'is the same' }];
    default:
      return TEXT_TESTS;
  }
}

const UNIT_LABELS: Record<Unit, string> = {
  exact: 'exactly',
  percent: '%',
  money: 'amount',
  days: 'days',
  hours: 'hours',
  seconds: 'seconds',
  letters: 'letters',
};

/** Units a tolerance of this test may have; one per criterion. */
export function unitsOf(field: RuleField, test: RuleTest): { value: Unit; label: string }[] {
  const named = (units: Unit[]) => units.map((value) => ({ value, label: UNIT_LABELS[value] }));
  if (field === 'amount' && test === 'equals') return named(['exact', 'percent', 'money']);
  if (field === 'date' && test === 'equals') return named(['exact', 'days', 'hours', 'seconds']);
  if (test === 'similar') return named(['letters']);
  if (test === 'contains') return named(['exact', 'percent']);
  return named(['exact']);
}

const FIRST_VALUE: Record<Unit, string> = {
  exact: '',
  percent: '0.5',
  money: '0.50',
  days: '4',
  hours: '24',
  seconds: '60',
  letters: '2',
};

export const toleranceOf = (unit: Unit, currency: string): Tolerance | null =>
  unit === 'exact' ? null : { value: FIRST_VALUE[unit], unit, currency: unit === 'money' ? currency : null };

/** Keeps what still fits when the field or test of a criterion changes. */
export function fitting(criterion: RuleCriterion, currency: string): RuleCriterion {
  const tests = testsOf(criterion.field);
  const test = tests.some((one) => one.value === criterion.test) ? criterion.test : tests[0]!.value;
  const units = unitsOf(criterion.field, test);
  const now: Unit = criterion.tolerance?.unit ?? 'exact';
  if (units.some((one) => one.value === now)) return { ...criterion, test };
  return { ...criterion, test, tolerance: toleranceOf(units[0]!.value, currency) };
}

/** The name of a unit beside its value: `1 day`, `4 days`. */
export const unitLabel = (label: string, value: string | undefined): string =>
  value?.trim() === '1' ? label.replace(/s$/, '') : label;

/** `within 4 days`, `to 0.05 %`, `exactly`. */
export function toleranceWords(tolerance: Tolerance | null): string {
  if (!tolerance) return 'exactly';
  const { value, unit, currency } = tolerance;
  if (unit === 'percent') return `${value} %`;
  if (unit === 'money') return `${value} ${currency ?? ''}`.trim();
  return `${value} ${unitLabel(UNIT_LABELS[unit], value)}`;
}

export const sameBody = (a: RuleBody, b: RuleBody): boolean => JSON.stringify(a) === JSON.stringify(b);

export const newBody = (): RuleBody => ({
  criteria: [
    { field: 'amount', test: 'equals', tolerance: null },
    { field: 'date', test: 'equals', tolerance: { value: '4', unit: 'days', currency: null } },
  ],
  confirm: false,
});
