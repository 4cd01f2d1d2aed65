import { BackendError, backend } from '$lib/backend';
import type { AttachmentRow } from '$lib/backend/types/AttachmentRow';
import { toasts } from '$lib/parts';
import { plural } from '$lib/words';
import '../common/commands';

/** What people call kinds of files; others are called by the second half of their media type. */
const KINDS: Record<string, string> = {
  'application/pdf': 'PDF',
  'application/zip': 'ZIP',
  'application/octet-stream': 'File',
  'application/msword': 'Word',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'Word',
  'application/vnd.ms-excel': 'Excel',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'Excel',
  'application/vnd.microsoft.portable-executable': 'Program',
  'application/x-executable': 'Program',
  'text/x-shellscript': 'Program',
  'text/plain': 'Text',
  'text/html': 'Web page',
};

/** The kind of a file by what is in it: "PDF", "PNG". */
export function kindWord(mediaType: string): string {
  const half = mediaType.split('/')[1] ?? '';
  return KINDS[mediaType] ?? (/^[a-z0-9]{2,5}$/.test(half) ? half.toUpperCase() : 'File');
}

/** What is attached, in its order; then what was, the last taken off first. */
export function inOrder(rows: readonly AttachmentRow[]): { here: AttachmentRow[]; gone: AttachmentRow[] } {
  const off = (row: AttachmentRow): string => row.detached?.at ?? '';
  return {
    here: rows.filter(({ detached }) => detached === null),
    gone: rows.filter(({ detached }) => detached !== null).toSorted((a, b) => off(b).localeCompare(off(a))),
  };
}

/** Attaches files one after another: one that is refused stops no other. Answers what was refused. */
export async function attachAll(
  id: string,
  reference: string,
  paths: readonly string[],
): Promise<BackendError[]> {
  const done: AttachmentRow[] = [];
  const refused: BackendError[] = [];
  for (const path of paths) {
    try {
      done.push(await backend.call('attachment_add', { id, path }));
    } catch (thrown) {
      refused.push(BackendError.from(thrown));
    }
  }
  const [only] = done;
  if (only && done.length === 1)
    toasts.show({ text: `${only.name} was attached to ${reference}`, tone: 'pos' });
  else if (only)
    toasts.show({ text: `${plural(done.length, 'file')} were attached to ${reference}`, tone: 'pos' });
  for (const error of refused) toasts.fail(error);
  return refused;
}
