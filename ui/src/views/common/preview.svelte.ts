import { BackendError, backend } from '$lib/backend';
import type { PostPreview } from '$lib/backend/types/PostPreview';
import type { PostRequest } from '$lib/backend/types/PostRequest';
import './commands';

const WAIT_MS = 120;

const ofPosting = (request: PostRequest): Promise<PostPreview> => backend.call('post_preview', { request });

/** What a posting or an entry would do. The last answer stays in view while the form changes and a new one is on its way. */
export class Preview<Request = PostRequest, Answer = PostPreview> {
  value: Answer | null = $state.raw(null);
  /** The answer is about what stands in the form now. */
  current = $state(false);
  problem: BackendError | null = $state.raw(null);
  #asked = 0;

  constructor(private readonly read: (request: Request) => Promise<Answer> = ofPosting as never) {}

  /** What stands in the form cannot be asked about yet: the last answer stays, and is about something else. */
  wait(): void {
    this.#asked += 1;
    this.current = false;
  }

  /** Asks once the form rests; null: nothing to ask yet. For an effect: what it returns gives the wait up. */
  ask(request: Request | null): (() => void) | undefined {
    // First of all, so that an answer on its way never fills what was emptied.
    const own = ++this.#asked;
    this.current = false;
    if (!request) {
      this.value = null;
      return;
    }
    const timer = setTimeout(async () => {
      try {
        const answer = await this.read(request);
        if (own !== this.#asked) return;
        this.value = answer;
        this.problem = null;
        this.current = true;
      } catch (thrown) {
        if (own !== this.#asked) return;
        this.value = null;
        this.problem = BackendError.from(thrown);
      }
    }, WAIT_MS);
    return () => clearTimeout(timer);
  }
}
