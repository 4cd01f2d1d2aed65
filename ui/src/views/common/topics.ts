import { onDestroy } from 'svelte';
import { backend } from '$lib/backend';
import type { Topic } from '$lib/backend/types/Topic';

const TOGETHER_MS = 60;

/** Reads again when one of the topics changed, for as long as the calling component lives. */
export function onTopics(topics: Topic[], read: (changed: Topic[]) => void): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let waiting: Topic[] = [];
  const stop = backend.subscribe('changed', (payload) => {
    const ours = payload.topics.filter((topic) => topics.includes(topic));
    if (!ours.length) return;
    waiting.push(...ours);
    clearTimeout(timer);
    // Several notices of one action are answered by one reading.
    timer = setTimeout(() => {
      const changed = [...new Set(waiting)];
      waiting = [];
      read(changed);
    }, TOGETHER_MS);
  });
  onDestroy(() => {
    clearTimeout(timer);
    stop();
  });
}
