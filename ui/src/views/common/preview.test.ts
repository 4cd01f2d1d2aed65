import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BackendError, memoryBackend, setBackend } from '$lib/backend';
import type { PostPreview } from '$lib/backend/types/PostPreview';
import type { PostRequest } from '$lib/backend/types/PostRequest';
import { Preview } from './preview.svelte';

const request = (reference: string): PostRequest => ({ reference }) as PostRequest;
const rest = () => vi.advanceTimersByTimeAsync(120);

/** Answers in the order the test says, with the reference that was asked about. */
let answers: { give: () => void; refuse: () => void }[] = [];

describe('the preview of a posting', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    answers = [];
    const post_preview = (args: { request: PostRequest }) =>
      new Promise<PostPreview>((give, refuse) => {
        answers.push({
          give: () =>
            give({
              effects: [],
              checks: [],
              ready: true,
              reference: args.request.reference,
              existing: false,
            }),
          refuse: () => refuse(new BackendError({ code: 'BUSY', message: 'The book is busy.' })),
        });
      });
    setBackend(memoryBackend({ handlers: { post_preview } }));
  });
  afterEach(() => void vi.useRealTimers());

  it('asks once the form rests, and keeps the last answer until the next', async () => {
    const preview = new Preview();
    preview.ask(request('a'))?.();
    preview.ask(request('b'));
    await rest();
    expect(answers).toHaveLength(1);
    answers[0]?.give();
    await rest();
    expect(preview).toMatchObject({ value: { reference: 'b' }, current: true });
    preview.ask(request('c'));
    expect(preview).toMatchObject({ value: { reference: 'b' }, current: false });
  });

  it('drops an answer that was overtaken', async () => {
    const preview = new Preview();
    preview.ask(request('a'));
    await rest();
    preview.ask(request('b'));
    await rest();
    answers[1]?.give();
    answers[0]?.give();
    await rest();
    expect(preview.value?.reference).toBe('b');
  });

  it('stays empty when an answer comes after the form was emptied', async () => {
    const preview = new Preview();
    preview.ask(request('a'));
    await rest();
    preview.ask(null);
    answers[0]?.give();
    await rest();
    expect(preview).toMatchObject({ value: null, current: false });
  });

  it('says why there is none', async () => {
    const preview = new Preview();
    preview.ask(request('a'));
    await rest();
    answers[0]?.refuse();
    await rest();
    expect(preview).toMatchObject({ value: null, current: false, problem: { message: 'The book is busy.' } });
  });
});
