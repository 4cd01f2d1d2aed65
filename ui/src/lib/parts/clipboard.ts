import { toasts } from './toasts.svelte';

const message = (text: string): void => {
  toasts.show({ text });
};

/** Gives a text to the clipboard and then says so: in a message, unless it is to be said otherwise. */
export async function toClipboard(text: string, said: string, say = message): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    say(said);
  } catch {
    toasts.fail('The clipboard did not take it. Nothing was copied.');
  }
}
