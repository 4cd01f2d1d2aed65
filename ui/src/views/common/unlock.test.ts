import { describe, expect, it } from 'vitest';
import type { OpenBook } from '$lib/backend/types/OpenBook';
import { isProtected, type OpenWith, Unlock } from './unlock.svelte';

const book = { path: '/b/Quay.tieout', protected: true } as OpenBook;
const RIGHT = 'harbour light';
const PROTECTED = { code: 'BOOK_PROTECTED', message: 'Quay.tieout is protected.' };
const WRONG = { code: 'BOOK_PASSPHRASE', message: 'This passphrase does not open Quay.tieout.' };

/** A protected book, and what it was tried with. */
function lock(problem: object | null = null): { tries: [string | null, boolean][]; work: OpenWith } {
  const tries: [string | null, boolean][] = [];
  const work: OpenWith = async (passphrase, remember) => {
    tries.push([passphrase, remember]);
    if (passphrase === null) throw PROTECTED;
    if (passphrase !== RIGHT) throw WRONG;
    if (problem) throw problem;
    return book;
  };
  return { tries, work };
}

/** What was asked has arrived by then. */
const asked = () => new Promise((done) => setTimeout(done));

describe('opening a book', () => {
  it('asks for nothing where nothing is protected', async () => {
    const unlock = new Unlock();
    expect(await unlock.open('Quay.tieout', async () => book)).toBe(book);
    expect(unlock.name).toBeNull();
    const missing = { code: 'BOOK_MISSING', message: 'There is no file.' };
    await expect(
      unlock.open('Quay.tieout', async () => {
        throw missing;
      }),
    ).rejects.toBe(missing);
    expect([isProtected(missing), isProtected(PROTECTED), isProtected(new Error('x'))]).toEqual([
      false,
      true,
      false,
    ]);
  });

  it('asks for the passphrase until it is the right one', async () => {
    const unlock = new Unlock();
    const { tries, work } = lock();
    const opened = unlock.open('Quay.tieout', work);
    await asked();
    expect(unlock.name).toBe('Quay.tieout');
    await unlock.go();
    expect(unlock.problem).toBe('Enter the passphrase.');
    unlock.passphrase = 'Harbour Light';
    await unlock.go();
    expect(unlock.problem).toBe(WRONG.message);
    expect(unlock.name).toBe('Quay.tieout');
    unlock.passphrase = RIGHT;
    unlock.remember = true;
    const going = unlock.go();
    expect(unlock.busy).toBe(true);
    // Pressed once more, or left, while the key is made.
    await unlock.go();
    unlock.leave();
    await going;
    expect(await opened).toBe(book);
    expect(tries).toEqual([
      [null, false],
      ['Harbour Light', false],
      [RIGHT, true],
    ]);
    expect([unlock.name, unlock.passphrase, unlock.remember, unlock.busy, unlock.problem]).toEqual([
      null,
      '',
      false,
      false,
      undefined,
    ]);
  });

  it('keeps nothing of what was typed when the person thinks better of it', async () => {
    const unlock = new Unlock();
    const { tries, work } = lock();
    const opened = unlock.open('Quay.tieout', work);
    await asked();
    unlock.passphrase = RIGHT;
    unlock.remember = true;
    unlock.leave();
    expect(await opened).toBeNull();
    expect([unlock.name, unlock.passphrase, unlock.remember]).toEqual([null, '', false]);
    expect(tries).toHaveLength(1);
  });

  it('remembers no key of what is opened as a copy', async () => {
    const unlock = new Unlock();
    const { tries, work } = lock();
    const opened = unlock.open('Quay 2026-11-19.tieout', work, false);
    await asked();
    expect(unlock.keeps).toBe(false);
    unlock.passphrase = RIGHT;
    unlock.remember = true;
    await unlock.go();
    expect(await opened).toBe(book);
    expect(tries.at(-1)).toEqual([RIGHT, false]);
  });

  it('fails where another passphrase would not help', async () => {
    const unlock = new Unlock();
    const { work } = lock({ code: 'BOOK_DAMAGED', message: 'This book is damaged.' });
    const opened = unlock.open('Quay.tieout', work);
    const failed = expect(opened).rejects.toMatchObject({ code: 'BOOK_DAMAGED' });
    await asked();
    unlock.passphrase = RIGHT;
    await unlock.go();
    await failed;
    expect([unlock.name, unlock.passphrase]).toEqual([null, '']);
  });

  it('asks for one book at a time', async () => {
    const unlock = new Unlock();
    const first = unlock.open('One.tieout', lock().work);
    await asked();
    const second = unlock.open('Two.tieout', lock().work);
    await asked();
    expect(await first).toBeNull();
    expect(unlock.name).toBe('Two.tieout');
    unlock.passphrase = RIGHT;
    await unlock.go();
    expect(await second).toBe(book);
  });
});
