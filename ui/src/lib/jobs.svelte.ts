export interface Job {
  id: string;
  name: string;
  /** What it is doing: "Candidates". */
  phase: string;
  done: number;
  /** Unknown while it is being counted. */
  total?: number;
  rate?: number;
  secondsLeft?: number;
  state: 'running' | 'paused' | 'done' | 'failed' | 'cancelled' | 'interrupted';
  /** One sentence when it ended. */
  result?: string;
  /** When it ended, or began. */
  at?: string;
  onPause?: () => void;
  onResume?: () => void;
  onCancel?: () => void;
  onOpen?: () => void;
}

/** Durable jobs as the title bar shows them. Views and the shell's subscription feed it. */
class Jobs {
  list: Job[] = $state([]);

  upsert(job: Job): void {
    const at = this.list.findIndex((other) => other.id === job.id);
    if (at >= 0) this.list[at] = job;
    else this.list.unshift(job);
  }

  /** What is on record, newest first, below what runs. */
  settle(ended: Job[]): void {
    const known = new Set(ended.map((job) => job.id));
    this.list = [...this.running.filter((job) => !known.has(job.id)), ...ended];
  }

  remove(id: string): void {
    this.list = this.list.filter((job) => job.id !== id);
  }

  get running(): Job[] {
    return this.list.filter((job) => job.state === 'running' || job.state === 'paused');
  }
}

export const jobs = new Jobs();

export const percentOf = (job: Job): number | null =>
  job.total ? Math.min(100, Math.floor((job.done / job.total) * 100)) : null;

export function timeLeft(seconds: number): string {
  if (seconds < 1) return 'less than 1 s left';
  if (seconds < 90) return `${Math.round(seconds)} s left`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min left`;
  return `${Math.round(seconds / 3600)} h left`;
}
