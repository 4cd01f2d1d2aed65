import { describe, expect, it } from 'vitest';
import { noteText, patchOf, rowsOf } from './notes';

const before = { branch: 'Cork', items: 5, tags: ['a'], code: '007' };

describe('notes', () => {
  it('of any shape are shown on one line', () => {
    expect(noteText({ tier: 2 })).toBe('{"tier":2}');
    expect(noteText('plain')).toBe('plain');
    expect(noteText(undefined)).toBe('');
  });

  it('that nobody touched change nothing', () => {
    expect(patchOf(before, rowsOf(before))).toEqual({ patch: {} });
  });

  it('are added, changed and taken away key by key', () => {
    const rows = [
      { key: 'branch', text: 'Dublin' },
      { key: 'items', text: '6' },
      { key: ' until ', text: '2026' },
      { key: '', text: '' },
      { key: 'code', text: '007' },
    ];
    expect(patchOf(before, rows)).toEqual({
      patch: { branch: 'Dublin', items: 6, until: '2026', tags: null },
    });
  });

  it('keep their kind where what is typed still has it, and never round', () => {
    const typed = (text: string) => patchOf({ items: 5 }, [{ key: 'items', text }]);
    expect(typed('many')).toEqual({ patch: { items: 'many' } });
    expect(typed('12345678901234567890')).toEqual({ patch: { items: '12345678901234567890' } });
    expect(patchOf({ code: '007' }, [{ key: 'code', text: '8' }])).toEqual({ patch: { code: '8' } });
  });

  it('with a wrong key say which', () => {
    expect(patchOf({}, [{ key: '', text: 'x' }])).toEqual({ row: 0, problem: 'Give the key.' });
    const twice = [
      { key: 'a', text: '1' },
      { key: 'a ', text: '2' },
    ];
    expect(patchOf({}, twice)).toEqual({ row: 1, problem: 'a stands here twice.' });
  });
});
