import type { Command, Commands, EventName, Events } from './commands';

/** What the shell answers when something went wrong. `code` is stable, `message` is a sentence for people. */
export interface ErrorPayload {
  code: string;
  message: string;
  detail?: string;
  /** Problem per form field. */
  fields?: Record<string, string>;
}

export class BackendError extends Error {
  readonly code: string;
  readonly detail: string | undefined;
  readonly fields: Record<string, string>;

  constructor(payload: ErrorPayload) {
    super(payload.message);
    this.name = 'BackendError';
    this.code = payload.code;
    this.detail = payload.detail;
    this.fields = payload.fields ?? {};
  }

  /** Makes sense of whatever was thrown, so that every failure can be shown with a sentence and a code. */
  static from(thrown: unknown): BackendError {
    if (thrown instanceof BackendError) return thrown;
    if (typeof thrown === 'object' && thrown !== null && 'code' in thrown && 'message' in thrown) {
      const { code, message, detail, fields } = thrown as Omit<ErrorPayload, 'fields'> & { fields?: unknown };
      const payload: ErrorPayload = { code: String(code), message: String(message) };
      if (detail) payload.detail = String(detail);
      if (fields) payload.fields = fieldsOf(fields);
      return new BackendError(payload);
    }
    const detail = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    return new BackendError({
      code: 'UNEXPECTED',
      message: 'This stopped because of a fault in Tieout. The details say where.',
      detail,
    });
  }
}

/** The shell names fields in a list; forms look them up by name. The first problem of a field is the one shown. */
function fieldsOf(fields: unknown): Record<string, string> {
  if (!Array.isArray(fields)) return { ...(fields as Record<string, string>) };
  const named: Record<string, string> = {};
  for (const { field, message } of fields as { field: string; message: string }[]) named[field] ??= message;
  return named;
}

export const isBackendError = (value: unknown): value is BackendError => value instanceof BackendError;

/** Marks a channel inside command arguments; each implementation turns it into its own. */
export class Channel<T> {
  constructor(readonly onmessage: (message: T) => void) {}
}

export interface WindowControls {
  minimise(): void;
  toggleMaximise(): void;
  close(): void;
  /** Starts moving the window; called while the pointer is down on the title bar. */
  startDragging(): void;
}

/** The one door between the interface and the rest of the program. */
export interface Backend {
  call<C extends Command>(command: C, args: Commands[C]['args']): Promise<Commands[C]['result']>;
  /** Returns the function that ends the subscription. */
  subscribe<E extends EventName>(event: E, listener: (payload: Events[E]) => void): () => void;
  channel<T>(onmessage: (message: T) => void): Channel<T>;
  /** Null where the interface does not own a window, as in a browser. */
  window: WindowControls | null;
}
