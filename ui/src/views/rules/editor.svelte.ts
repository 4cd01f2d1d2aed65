import { BackendError } from '$lib/backend';
import type { Rule } from '$lib/backend/types/Rule';
import type { RuleBody } from '$lib/backend/types/RuleBody';
import type { RuleCheck } from '$lib/backend/types/RuleCheck';
import type { RuleCriterion } from '$lib/backend/types/RuleCriterion';
import type { RuleDraft } from '$lib/backend/types/RuleDraft';
import type { RulePreview } from '$lib/backend/types/RulePreview';
import { ruleCheck, rulePreview } from '../reconcile/api';
import { fitting, newBody, sameBody } from './criteria';

const PREVIEW_WAIT_MS = 150;

/** The rule being edited, how it reads, and what it would do. Nothing is changed before it is saved. */
export class Editor {
  saved: Rule | null = $state.raw(null);
  name = $state('');
  body: RuleBody = $state.raw(newBody());
  check: RuleCheck | null = $state.raw(null);
  preview: RulePreview | null = $state.raw(null);
  previewProblem: BackendError | null = $state.raw(null);
  previewing = $state(false);
  /** What the rule matches as it is saved, for one statement. */
  #asSaved: { rule: Rule; statement: string; count: number } | null = $state.raw(null);
  statement = $state('');
  currency = $state('EUR');
  /** A rule that is not in the list yet. */
  fresh = $state(false);
  #run = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  get changed(): boolean {
    if (this.fresh) return true;
    return this.saved !== null && (this.name !== this.saved.name || !sameBody(this.body, this.saved.body));
  }

  /** How many lines more or, below zero, fewer the rule itself would match than as it is saved; null while not known. */
  get moreMatches(): number | null {
    const known = this.#asSaved;
    if (!known || !this.preview || known.rule !== this.saved || known.statement !== this.statement)
      return null;
    return this.preview.would_match - known.count;
  }

  get draft(): RuleDraft {
    return {
      id: this.fresh ? null : (this.saved?.id ?? null),
      name: this.name.trim(),
      enabled: this.saved?.enabled ?? true,
      body: this.body,
    };
  }

  show(rule: Rule): void {
    this.saved = rule;
    this.fresh = false;
    this.name = rule.name;
    this.body = rule.body;
    this.ask(0);
  }

  begin(name: string, body: RuleBody): void {
    this.saved = null;
    this.fresh = true;
    this.name = name;
    this.body = structuredClone(body);
    this.ask(0);
  }

  set(body: RuleBody): void {
    this.body = body;
    this.ask();
  }

  setCriterion(at: number, change: Partial<RuleCriterion>): void {
    const criteria = this.body.criteria.map((one, n) =>
      n === at ? fitting({ ...one, ...change }, this.currency) : one,
    );
    this.set({ ...this.body, criteria });
  }

  addCriterion(): void {
    const used = new Set(this.body.criteria.map((one) => one.field));
    const field = (['amount', 'date', 'reference', 'description', 'counterparty'] as const).find(
      (one) => !used.has(one),
    );
    const made = fitting({ field: field ?? 'description', test: 'equals', tolerance: null }, this.currency);
    const test = field && field !== 'amount' && field !== 'date' ? 'found_in_text' : made.test;
    this.set({ ...this.body, criteria: [...this.body.criteria, { ...made, test }] });
  }

  removeCriterion(at: number): void {
    this.set({ ...this.body, criteria: this.body.criteria.filter((_, n) => n !== at) });
  }

  /** Typing cancels what is under way; the answer to an older question is dropped. */
  ask(wait = PREVIEW_WAIT_MS): void {
    clearTimeout(this.#timer);
    this.#run += 1;
    this.#timer = setTimeout(() => void this.#read(this.#run), wait);
  }

  async #read(run: number): Promise<void> {
    const { draft, saved, statement } = this;
    const unchanged = saved !== null && sameBody(draft.body, saved.body);
    this.previewing = true;
    try {
      const check = await ruleCheck(draft);
      if (run !== this.#run) return;
      this.check = check;
      if (check.errors.length || !this.statement) {
        this.preview = null;
        this.previewProblem = null;
        return;
      }
      const preview = await rulePreview(draft, this.statement);
      if (run !== this.#run) return;
      this.preview = preview;
      if (unchanged) this.#asSaved = { rule: saved, statement, count: preview.would_match };
      this.previewProblem = null;
    } catch (thrown) {
      if (run === this.#run) this.previewProblem = BackendError.from(thrown);
    } finally {
      if (run === this.#run) this.previewing = false;
    }
  }
}
