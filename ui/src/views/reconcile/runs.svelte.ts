import { onDestroy } from 'svelte';
import { BackendError } from '$lib/backend';
import type { JobProgress } from '$lib/backend/types/JobProgress';
import type { RunRequest } from '$lib/backend/types/RunRequest';
import type { RunResult } from '$lib/backend/types/RunResult';
import { jobCancel, jobResume, jobsList, onJobProgress, runStart } from './api';

export type RunState = 'idle' | 'running' | 'done' | 'cancelled' | 'failed' | 'interrupted';

const ENDED = new Set(['done', 'cancelled', 'failed', 'interrupted']);

/** One matching run, from its start to its result. The job outlives this object: it only watches. */
export class RunWatch {
  state: RunState = $state('idle');
  step: JobProgress | null = $state.raw(null);
  result: RunResult | null = $state.raw(null);
  problem: BackendError | null = $state.raw(null);
  cancelling = $state(false);
  #job: string | null = null;
  /** Steps may arrive before the command that started the job has answered. */
  #early = new Map<string, JobProgress>();

  constructor(private readonly onend: (state: RunState) => void) {
    onDestroy(onJobProgress((step) => this.#take(step)));
  }

  async start(request: RunRequest): Promise<void> {
    await this.#begin(() => runStart(request));
  }

  async resume(job: string): Promise<void> {
    await this.#begin(async () => {
      await jobResume(job);
      return job;
    });
  }

  async cancel(): Promise<void> {
    if (!this.#job || this.state !== 'running') return;
    this.cancelling = true;
    try {
      await jobCancel(this.#job);
    } catch (thrown) {
      this.problem = BackendError.from(thrown);
    }
  }

  reset(): void {
    this.#job = null;
    this.state = 'idle';
    this.step = null;
    this.result = null;
    this.problem = null;
    this.cancelling = false;
  }

  async #begin(begin: () => Promise<string>): Promise<void> {
    this.reset();
    this.#early.clear();
    this.state = 'running';
    try {
      this.#job = await begin();
      const early = this.#early.get(this.#job);
      if (early) this.#take(early);
      else await this.#read();
    } catch (thrown) {
      this.problem = BackendError.from(thrown);
      this.state = 'failed';
      this.onend('failed');
    }
  }

  #take(step: JobProgress): void {
    if (!this.#job) {
      this.#early.set(step.job_id, step);
      return;
    }
    if (step.job_id !== this.#job || this.state !== 'running') return;
    this.step = step;
    if (ENDED.has(step.state)) void this.#read();
  }

  /** The job itself tells how it ended; a progress step may have been missed. */
  async #read(): Promise<void> {
    const job = (await jobsList()).find((one) => one.id === this.#job);
    if (!job || this.state !== 'running' || !ENDED.has(job.state)) return;
    this.result = (job.result as RunResult | null) ?? null;
    if (job.error) this.problem = new BackendError({ code: 'RUN_FAILED', message: job.error });
    this.state = job.state as RunState;
    this.onend(this.state);
  }
}
